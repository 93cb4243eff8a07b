/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include "base/parse.h"
#include "sys/control_groups.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void at_most(uint64_t *bytes, uint64_t limit)
{
    if (limit < *bytes)
        *bytes = limit;
}

static void apply_available(uint64_t *bytes, const char *root)
{
    char path[PATH_MAX], line[256];
    uint64_t kib;
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    FILE *fp = fopen(path, "re");
    if (!fp)
        return;
    while (fgets(line, sizeof line, fp))
        if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1 && kib < UINT64_MAX >> 10)
            at_most(bytes, kib << 10);
    fclose(fp);
}

static void apply_group(void *ctx, const char *folder)
{
    int64_t limit, unused;
    static const char *const names[] = {"memory.max", "memory.limit_in_bytes"};
    for (int i = 0; i < 2; i++)
        if (hl_control_group_numbers(folder, names[i], &limit, &unused) == 1 && limit > 0)
            at_most(ctx, (uint64_t)limit);
}

/* 0 if there is no such number; one of 0 is no limit in Slurm either. */
static uint64_t number_of(const char *variable)
{
    const char *text = getenv(variable);
    uint64_t n;
    return text && hl_parse_u64(text, &n) && n < 1u << 31 ? n : 0;
}

static void apply_slurm(uint64_t *bytes)
{
    const uint64_t node = number_of("SLURM_MEM_PER_NODE"), cpu = number_of("SLURM_MEM_PER_CPU"),
                   cpus = number_of("SLURM_CPUS_ON_NODE");
    if (node)
        at_most(bytes, node << 20);
    else if (cpu && cpus)
        at_most(bytes, cpu * cpus << 20);
}

static void apply_limit(uint64_t *bytes, int resource)
{
    struct rlimit l;
    if (getrlimit((__rlimit_resource_t)resource, &l) == 0 && l.rlim_cur != RLIM_INFINITY)
        at_most(bytes, l.rlim_cur);
}

uint64_t train_memory_available(const char *root)
{
    uint64_t bytes = UINT64_MAX;
    apply_available(&bytes, root);
    hl_control_groups(root, "memory", apply_group, &bytes);
    apply_slurm(&bytes);
    apply_limit(&bytes, RLIMIT_AS);
    apply_limit(&bytes, RLIMIT_DATA);
    return bytes;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/processors.h"

#include "sys/control_groups.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A machine may have more processors than a cpu_set_t has bits; the call then fails with EINVAL. */
static int64_t affinity(void)
{
    for (int bits = CPU_SETSIZE; bits <= 1 << 20; bits *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)bits);
        if (!set)
            return 1;
        const size_t size = CPU_ALLOC_SIZE((size_t)bits);
        const int status = sched_getaffinity(0, size, set);
        const int count = status ? 0 : CPU_COUNT_S(size, set);
        CPU_FREE(set);
        if (status == 0)
            return count > 0 ? count : 1;
        if (errno != EINVAL)
            return 1;
    }
    return 1;
}

static void at_most(int64_t *n, int64_t limit)
{
    if (limit < *n)
        *n = limit > 0 ? limit : 1;
}

/* Both versions of control groups state a quota per period, each in microseconds. */
static void apply_quota(void *ctx, const char *folder)
{
    int64_t *n = ctx;
    int64_t time, period, unused;
    if (hl_control_group_numbers(folder, "cpu.max", &time, &period) == 2 && time > 0 && period > 0)
        at_most(n, time / period);
    if (hl_control_group_numbers(folder, "cpu.cfs_quota_us", &time, &unused) >= 1 &&
        hl_control_group_numbers(folder, "cpu.cfs_period_us", &period, &unused) >= 1 && time > 0 &&
        period > 0)
        at_most(n, time / period);
}

static void apply_slurm(int64_t *n)
{
    const char *text = getenv("SLURM_CPUS_PER_TASK");
    if (!text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
        return;
    if (text[0] >= '1' && text[0] <= '9')
        at_most(n, strtol(text, NULL, 10));
}

int64_t hl_processors(const char *root)
{
    int64_t n = affinity();
    hl_control_groups(root, "cpu", apply_quota, &n);
    apply_slurm(&n);
    at_most(&n, HL_PROCESSORS_MAX);
    return n;
}

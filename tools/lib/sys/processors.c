/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/processors.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
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

/* Reads one or two numbers from FOLDER/NAME and returns how many; "max", which means no limit, is
 * not one. */
static int read_numbers(const char *folder, const char *name, int64_t *a, int64_t *b)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *fp = fopen(path, "re");
    if (!fp)
        return 0;
    const int n = fscanf(fp, "%" SCNd64 " %" SCNd64, a, b);
    fclose(fp);
    return n;
}

/* Both versions of control groups state a quota per period, each in microseconds. */
static void apply_quota(int64_t *n, const char *folder)
{
    int64_t time, period, unused;
    if (read_numbers(folder, "cpu.max", &time, &period) == 2 && time > 0 && period > 0)
        at_most(n, time / period);
    if (read_numbers(folder, "cpu.cfs_quota_us", &time, &unused) >= 1 &&
        read_numbers(folder, "cpu.cfs_period_us", &period, &unused) >= 1 && time > 0 && period > 0)
        at_most(n, time / period);
}

static bool has_parent_steps(const char *path)
{
    for (const char *p = path; (p = strstr(p, "/..")); p++)
        if (p[3] == '/' || p[3] == '\0')
            return true;
    return false;
}

/* The quotas of a group and its ancestors. In a container the path may be the host's: then there is
 * no such folder, or it begins with ".." and lies outside the mount. */
static void apply_quotas(int64_t *n, const char *mount, char *path)
{
    char folder[2 * PATH_MAX];
    char *slash = has_parent_steps(path) ? NULL : path + strlen(path);
    while (slash) {
        *slash = '\0';
        if (path[0] && strcmp(path, "/") != 0) {
            snprintf(folder, sizeof folder, "%s%s", mount, path);
            apply_quota(n, folder);
        }
        slash = strrchr(path, '/');
    }
    apply_quota(n, mount);
}

static bool has_word(const char *list, const char *word)
{
    const size_t len = strlen(word);
    while (*list) {
        const size_t n = strcspn(list, ",");
        if (n == len && memcmp(list, word, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* A line of /proc/self/cgroup: ID:CONTROLLERS:PATH; CONTROLLERS is empty in version 2. */
static void apply_line(int64_t *n, const char *root, char *line)
{
    char mount[PATH_MAX];
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return;
    controllers++;
    *path++ = '\0';
    if (*controllers && !has_word(controllers, "cpu"))
        return;
    snprintf(mount, sizeof mount, "%s/sys/fs/cgroup%s", root, *controllers ? "/cpu" : "");
    apply_quotas(n, mount, path);
}

static void apply_groups(int64_t *n, const char *root)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *fp = fopen(path, "re");
    if (!fp)
        return;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, fp) > 0)
        if (strlen(line) < PATH_MAX)
            apply_line(n, root, line);
    free(line);
    fclose(fp);
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
    apply_groups(&n, root);
    apply_slurm(&n);
    at_most(&n, HL_PROCESSORS_MAX);
    return n;
}

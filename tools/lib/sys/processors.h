/* SPDX-License-Identifier: BSD-2-Clause */
/* How many threads keep this process's share of the machine busy. */
#ifndef HILUM_SYS_PROCESSORS_H
#define HILUM_SYS_PROCESSORS_H

#include <stdint.h>

enum { HL_PROCESSORS_MAX = 1024 }; /* as the tools' --jobs */

/*
 * The smallest of
 *   - the processors in the affinity mask of the process (taskset, cpusets, Slurm),
 *   - the CPU quotas of its control groups and of those around them (containers, systemd),
 *   - SLURM_CPUS_PER_TASK, and HL_PROCESSORS_MAX,
 * and at least 1. Quotas are rounded down: threads of a matrix product wait for each other, so one
 * that is throttled stops them all. OMP_NUM_THREADS is not asked, since it is meant for libraries.
 * scripts/processors tells make the same.
 *
 * root is "", or in tests a folder with another proc/self/cgroup and sys/fs/cgroup.
 */
int64_t hl_processors(const char *root);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The number of processors that this process may use, and so of threads worth starting. */
#ifndef HILUM_SYS_PROCESSORS_H
#define HILUM_SYS_PROCESSORS_H

#include <stdint.h>

enum { HL_PROCESSORS_MAX = 1024 }; /* the limit of the tools' --jobs */

/*
 * The smallest of
 *   - the processors in the affinity mask of the process (taskset, cpusets, Slurm),
 *   - the CPU quotas of its control groups and their ancestors (containers, systemd),
 *   - SLURM_CPUS_PER_TASK, and HL_PROCESSORS_MAX,
 * and at least 1. Quotas are rounded down: threads of a matrix product wait for each other, so a
 * throttled one delays them all. OMP_NUM_THREADS is ignored, because it is meant for libraries.
 * scripts/processors computes the same number for make.
 *
 * root is ""; in tests, a folder with its own proc/self/cgroup and sys/fs/cgroup.
 */
int64_t hl_processors(const char *root);

#endif

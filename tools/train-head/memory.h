/* SPDX-License-Identifier: BSD-2-Clause */
/* How much memory this process may take. */
#ifndef HILUM_TRAIN_HEAD_MEMORY_H
#define HILUM_TRAIN_HEAD_MEMORY_H

#include <stdint.h>

/*
 * Bytes: the smallest of
 *   - the memory that the kernel has available (MemAvailable),
 *   - the memory limits of its control groups and their ancestors (containers, systemd, Slurm),
 *   - what Slurm gave to the job on this node (SLURM_MEM_PER_NODE, SLURM_MEM_PER_CPU),
 *   - the limits of address space and of data (ulimit -v, -d).
 * UINT64_MAX where none of them is known.
 *
 * root is ""; in tests, a folder with its own proc/meminfo, proc/self/cgroup and sys/fs/cgroup.
 */
uint64_t train_memory_available(const char *root);

#endif

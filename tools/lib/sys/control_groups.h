/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control groups of this process, of either version: where containers, systemd and Slurm limit
 * processors and memory. A group is a folder, whose files state its limits.
 */
#ifndef HILUM_SYS_CONTROL_GROUPS_H
#define HILUM_SYS_CONTROL_GROUPS_H

#include <stdint.h>

/* Calls fn with the folder of each group that this process is in and that `controller`, such as
 * "cpu", may limit, and with those of their ancestors. root: "", or in tests a folder with its own
 * proc/self/cgroup and sys/fs/cgroup. */
typedef void hl_control_group_fn(void *ctx, const char *folder);
void hl_control_groups(const char *root, const char *controller, hl_control_group_fn *fn,
                       void *ctx);

/* Reads one or two numbers from a file of a group, and returns how many; "max", which means no
 * limit, is not one. */
int hl_control_group_numbers(const char *folder, const char *name, int64_t *a, int64_t *b);

#endif

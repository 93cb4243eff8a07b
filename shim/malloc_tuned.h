/* SPDX-License-Identifier: BSD-2-Clause */
/* malloc settings, for the shim and for programs that have not loaded it. */
#ifndef HILUM_SHIM_MALLOC_TUNED_H
#define HILUM_SHIM_MALLOC_TUNED_H

#include <malloc.h>

/* By default, glibc returns large buffers to the kernel after every operation, and page faults
 * bring them back. */
static inline void ts_tune_malloc(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
}

#endif

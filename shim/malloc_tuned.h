/* SPDX-License-Identifier: BSD-2-Clause */
/* For both sides of the border: whichever of them a program begins with. */
#ifndef HILUM_SHIM_MALLOC_TUNED_H
#define HILUM_SHIM_MALLOC_TUNED_H

#include <malloc.h>

/* glibc gives large buffers back after every operation, and each comes back as page faults. */
static inline void ts_tune_malloc(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
}

#endif

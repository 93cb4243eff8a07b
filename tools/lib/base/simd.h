/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HL_FOR_ALL_WIDTHS before a function: it is compiled for each width of vectors that processors
 * have, and the loader takes the one of this processor, by an ifunc. Where gcc and glibc are not
 * there to do that, it is compiled once; and for ThreadSanitizer, which is not ready so early.
 */
#ifndef HILUM_BASE_SIMD_H
#define HILUM_BASE_SIMD_H

#include <features.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_THREAD__)
#define HL_FOR_ALL_WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define HL_FOR_ALL_WIDTHS
#endif

#endif

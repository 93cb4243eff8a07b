/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HL_FOR_ALL_WIDTHS before a function compiles it once for each vector width (AVX-512, AVX2,
 * baseline); the loader selects the version for this processor through an ifunc. Without gcc and
 * glibc the function is compiled once; likewise under ThreadSanitizer, whose runtime is not
 * initialised when ifuncs are resolved. -DHL_WITHOUT_AVX512 leaves the widest out, for
 * measurements.
 */
#ifndef HILUM_BASE_SIMD_H
#define HILUM_BASE_SIMD_H

#include <features.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_THREAD__)
#ifdef HL_WITHOUT_AVX512
#define HL_FOR_ALL_WIDTHS __attribute__((target_clones("avx2", "default")))
#else
#define HL_FOR_ALL_WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define HL_FOR_ALL_WIDTHS
#endif

#endif

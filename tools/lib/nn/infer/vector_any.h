/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors of floats, for code that is written once and compiled for each width: here what every CPU
 * has, in vector_avx2.h and vector_avx512.h more.
 *
 *   VECTOR, LANES            the type, and the number of floats in it
 *   SIMD                     target attribute of functions that use it
 *   INLINE                   for functions that are called by those
 *   UNROLL                   for loops over registers, which must be unrolled completely
 *   V_LOAD V_STORE           at any address
 *   V_SPLAT V_ZERO V_ADD     V_SUB, V_MUL, V_MIN, V_MAX: AVX2 and AVX-512 only
 *   V_FMA                    a * b + c; V_FNMA, c - a * b: AVX2 and AVX-512 only
 *
 * Fused multiply-adds are always explicit, since compilers differ in which expressions they
 * contract: the bits of a result depend neither on the compiler nor on the width. x86 without
 * AVX2 has no FMA, so its results differ in the last bits.
 */
#include "nn/infer/vector_loops.h"

#include <string.h>
#ifdef __aarch64__
#include <arm_neon.h>
#endif

typedef float vector_any __attribute__((vector_size(16)));

#define VECTOR vector_any
#define LANES 4
#define SIMD
#define V_LOAD(p) load_any(p)
#define V_STORE(p, v) store_any(p, v)
#define V_SPLAT(x) splat_any(x)
#define V_ZERO() splat_any(0)
#define V_ADD(a, b) ((a) + (b))
#ifdef __aarch64__
#define V_FMA(a, b, c) vfmaq_f32(c, a, b)
#else
#define V_FMA(a, b, c) ((a) * (b) + (c))
#endif

INLINE vector_any load_any(const float *p)
{
    vector_any v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store_any(float *p, vector_any v)
{
    memcpy(p, &v, sizeof v);
}

INLINE vector_any splat_any(float x)
{
    return (vector_any){x, x, x, x};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include <immintrin.h>

#define VECTOR __m256
#define LANES 8
#define PANEL 6
#define SIMD __attribute__((target("avx2,fma")))
#define V_LOAD(p) _mm256_load_ps(p)
#define V_STORE(p, v) _mm256_store_ps(p, v)
#define V_SPLAT(x) _mm256_set1_ps(x)
#define V_ZERO() _mm256_setzero_ps()
#define V_ADD(a, b) _mm256_add_ps(a, b)
#define V_SUB(a, b) _mm256_sub_ps(a, b)
#define V_MUL(a, b) _mm256_mul_ps(a, b)
#define V_MIN(a, b) _mm256_min_ps(a, b)
#define V_MAX(a, b) _mm256_max_ps(a, b)
#define V_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define V_FNMA(a, b, c) _mm256_fnmadd_ps(a, b, c)

#include "nn/infer/winograd_simd.h"

SIMD static void multiply(size_t tiles, const float *u, const float *v, size_t blocks, bool add,
                          float *m)
{
    switch (tiles) {
#define CASE(n)                                                                                    \
    case n:                                                                                        \
        multiply_panel(n, u, v, blocks, add, m);                                                   \
        break
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
    }
}

const nn_winograd_kernels nn_winograd_avx2 = {LANES, PANEL, transform_source, multiply,
                                              transform_result};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include <immintrin.h>

#define VECTOR __m512
#define LANES 16
#define PANEL 14
#define SIMD __attribute__((target("avx512f")))
#define V_LOAD(p) _mm512_load_ps(p)
#define V_STORE(p, v) _mm512_store_ps(p, v)
#define V_SPLAT(x) _mm512_set1_ps(x)
#define V_ZERO() _mm512_setzero_ps()
#define V_ADD(a, b) _mm512_add_ps(a, b)
#define V_SUB(a, b) _mm512_sub_ps(a, b)
#define V_MUL(a, b) _mm512_mul_ps(a, b)
#define V_MIN(a, b) _mm512_min_ps(a, b)
#define V_MAX(a, b) _mm512_max_ps(a, b)
#define V_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define V_FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)

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
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
        CASE(14);
    }
}

const nn_winograd_kernels nn_winograd_avx512 = {LANES, PANEL, transform_source, multiply,
                                                transform_result};

#endif

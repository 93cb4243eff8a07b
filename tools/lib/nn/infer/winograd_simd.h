/* SPDX-License-Identifier: BSD-2-Clause */
/* The transforms of winograd_kernels.h for the vectors of vector_*.h, included before. KERNELS is
 * the table of them that this defines, for maps of VALUE, which M_LOAD and M_STORE read and write
 * as vectors of floats. */
#include "nn/infer/winograd_kernels.h"

enum { PATCH = NN_WINOGRAD_PATCH, TILE = NN_WINOGRAD_TILE };

/* ---- the source: B^T d B ---- */

/* One dimension. A row of B^T has the coefficients of the polynomial that is zero at all points but
 * one; near^2 = 1/2, far^2 = 2. */
INLINE void transform_six(const VECTOR d[PATCH], VECTOR t[PATCH])
{
    const VECTOR near = V_SPLAT((float)NN_WINOGRAD_NEAR), far = V_SPLAT((float)NN_WINOGRAD_FAR),
                 half = V_SPLAT(0.5F), two = V_SPLAT(2.0F), both = V_SPLAT(2.5F);
    const VECTOR even_near = V_FNMA(two, d[2], d[4]), odd_near = V_FNMA(two, d[1], d[3]),
                 even_far = V_FNMA(half, d[2], d[4]), odd_far = V_FNMA(half, d[1], d[3]);
    t[0] = V_FNMA(both, d[2], V_ADD(d[0], d[4]));
    t[1] = V_FMA(near, odd_near, even_near);
    t[2] = V_FNMA(near, odd_near, even_near);
    t[3] = V_FMA(far, odd_far, even_far);
    t[4] = V_FNMA(far, odd_far, even_far);
    t[5] = V_FNMA(both, d[3], V_ADD(d[1], d[5]));
}

SIMD static void transform_source(const void *patch, size_t stride, float *v, size_t plane)
{
    const VALUE *from = patch;
    VECTOR columns[PATCH][PATCH];
    for (size_t x = 0; x < PATCH; x++) {
        VECTOR d[PATCH], t[PATCH];
        UNROLL
        for (size_t y = 0; y < PATCH; y++)
            d[y] = M_LOAD(from + y * stride + x * LANES);
        transform_six(d, t);
        UNROLL
        for (size_t y = 0; y < PATCH; y++)
            columns[y][x] = t[y];
    }
    for (size_t y = 0; y < PATCH; y++) {
        VECTOR t[PATCH];
        transform_six(columns[y], t);
        UNROLL
        for (size_t x = 0; x < PATCH; x++)
            V_STORE(v + (y * PATCH + x) * plane, t[x]);
    }
}

/* ---- the result: A^T m A ---- */

/* One dimension. Row i of A^T has the i-th powers of the points; infinity is in the last. */
INLINE void transform_four(const VECTOR m[PATCH], VECTOR y[TILE])
{
    const VECTOR near = V_SPLAT((float)NN_WINOGRAD_NEAR), far = V_SPLAT((float)NN_WINOGRAD_FAR),
                 half = V_SPLAT(0.5F), two = V_SPLAT(2.0F),
                 near_cubed = V_SPLAT((float)(NN_WINOGRAD_NEAR / 2)),
                 far_cubed = V_SPLAT((float)(NN_WINOGRAD_FAR * 2));
    const VECTOR even_near = V_ADD(m[1], m[2]), odd_near = V_SUB(m[1], m[2]),
                 even_far = V_ADD(m[3], m[4]), odd_far = V_SUB(m[3], m[4]);
    y[0] = V_ADD(m[0], V_ADD(even_near, even_far));
    y[1] = V_FMA(near, odd_near, V_MUL(far, odd_far));
    y[2] = V_FMA(half, even_near, V_MUL(two, even_far));
    y[3] = V_FMA(near_cubed, odd_near, V_FMA(far_cubed, odd_far, m[5]));
}

/* The value is the second operand of the maximum and minimum, which preserves a NaN. */
SIMD static void transform_result(const float *m, size_t plane, const float *bias, float least,
                                  float most, void *result, size_t stride)
{
    VALUE *to = result;
    const VECTOR shift = V_LOAD(bias), low = V_SPLAT(least), high = V_SPLAT(most);
    VECTOR columns[TILE][PATCH];
    for (size_t x = 0; x < PATCH; x++) {
        VECTOR d[PATCH], y[TILE];
        UNROLL
        for (size_t i = 0; i < PATCH; i++)
            d[i] = V_LOAD(m + (i * PATCH + x) * plane);
        transform_four(d, y);
        UNROLL
        for (size_t i = 0; i < TILE; i++)
            columns[i][x] = y[i];
    }
    for (size_t i = 0; i < TILE; i++) {
        VECTOR y[TILE];
        transform_four(columns[i], y);
        UNROLL
        for (size_t x = 0; x < TILE; x++)
            M_STORE(to + i * stride + x * LANES, V_MIN(high, V_MAX(low, V_ADD(y[x], shift))));
    }
}

const nn_winograd_kernels KERNELS = {transform_source, transform_result};

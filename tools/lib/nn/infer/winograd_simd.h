/* SPDX-License-Identifier: BSD-2-Clause */
/* The transforms of winograd_kernels.h for the vectors of vector_*.h, included before. KERNELS is
 * the table of them that this defines, for maps of VALUE, which M_LOAD and M_STORE read and write
 * as vectors of floats. */
#include "nn/infer/winograd_kernels.h"

enum { PATCH = NN_WINOGRAD_THREE_TAPS, LINE = NN_WINOGRAD_SEVEN_TAPS, TILE = NN_WINOGRAD_TILE };

/* ---- one dimension of a source: B^T d ---- */

/* A row of B^T has the coefficients of the polynomial that is zero at all points but one;
 * near^2 = 1/2, far^2 = 2. */
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

static const double point[NN_WINOGRAD_PAIRS] = NN_WINOGRAD_POINTS;

/* The rows of +-p are x (x +- p) times the product of x^2 - q^2 over the other points q, so their
 * even and odd powers differ in a factor only. */
INLINE void transform_ten(const VECTOR d[LINE], VECTOR t[LINE])
{
    UNROLL
    for (size_t i = 0; i < NN_WINOGRAD_PAIRS; i++) {
        const double p = point[i], a = point[(i + 1) % 4], b = point[(i + 2) % 4],
                     c = point[(i + 3) % 4], aa = a * a, bb = b * b, cc = c * c;
        const VECTOR k = V_SPLAT((float)p), k0 = V_SPLAT((float)(aa * bb * cc)),
                     k1 = V_SPLAT((float)(aa * bb + bb * cc + cc * aa)),
                     k2 = V_SPLAT((float)(aa + bb + cc)),
                     even = V_FNMA(k0, d[2], V_FMA(k1, d[4], V_FNMA(k2, d[6], d[8]))),
                     odd = V_FNMA(k0, d[1], V_FMA(k1, d[3], V_FNMA(k2, d[5], d[7])));
        t[2 * i + 1] = V_FMA(k, odd, even);
        t[2 * i + 2] = V_FNMA(k, odd, even);
    }
    const double aa = point[0] * point[0], bb = point[1] * point[1], cc = point[2] * point[2],
                 dd = point[3] * point[3];
    const VECTOR k0 = V_SPLAT((float)(aa * bb * cc * dd)),
                 k1 = V_SPLAT((float)(aa * bb * (cc + dd) + (aa + bb) * cc * dd)),
                 k2 = V_SPLAT((float)(aa * bb + (aa + bb) * (cc + dd) + cc * dd)),
                 k3 = V_SPLAT((float)(aa + bb + cc + dd));
    UNROLL
    for (size_t i = 0; i < 2; i++)
        t[i * (LINE - 1)] = V_FMA(
            k0, d[i], V_FNMA(k1, d[i + 2], V_FMA(k2, d[i + 4], V_FNMA(k3, d[i + 6], d[i + 8]))));
}

/* ---- one dimension of a result: A^T m ---- */

/* Row i of A^T has the i-th powers of the points; infinity is in the last. */
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

INLINE void transform_four_of_ten(const VECTOR m[LINE], VECTOR y[TILE])
{
    y[0] = m[0];
    y[1] = V_ZERO();
    y[2] = V_ZERO();
    y[3] = m[LINE - 1];
    UNROLL
    for (size_t i = 0; i < NN_WINOGRAD_PAIRS; i++) {
        const double p = point[i];
        const VECTOR even = V_ADD(m[2 * i + 1], m[2 * i + 2]),
                     odd = V_SUB(m[2 * i + 1], m[2 * i + 2]);
        y[0] = V_ADD(y[0], even);
        y[1] = V_FMA(V_SPLAT((float)p), odd, y[1]);
        y[2] = V_FMA(V_SPLAT((float)(p * p)), even, y[2]);
        y[3] = V_FMA(V_SPLAT((float)(p * p * p)), odd, y[3]);
    }
}

/* The value is the second operand of the maximum and minimum, which preserves a NaN. */
INLINE VECTOR clip(VECTOR value, VECTOR low, VECTOR high)
{
    return V_MIN(high, V_MAX(low, value));
}

/* ---- squares: both dimensions ---- */

SIMD static void source_of_square(const void *patch, size_t stride, float *v, size_t plane)
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

SIMD static void result_of_square(const float *m, size_t plane, const float *bias, float least,
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
            M_STORE(to + i * stride + x * LANES, clip(V_ADD(y[x], shift), low, high));
    }
}

/* ---- lines ---- */

/* Callers pass a constant number of values. */
INLINE void source_of_line(size_t values, const VALUE *from, size_t stride, float *v, size_t plane)
{
    VECTOR d[LINE], t[LINE];
    UNROLL
    for (size_t i = 0; i < values; i++)
        d[i] = M_LOAD(from + i * stride);
    if (values == PATCH)
        transform_six(d, t);
    else
        transform_ten(d, t);
    UNROLL
    for (size_t i = 0; i < values; i++)
        V_STORE(v + i * plane, t[i]);
}

INLINE void result_of_line(size_t values, const float *m, size_t plane, const float *bias,
                           float least, float most, VALUE *to, size_t stride)
{
    const VECTOR shift = V_LOAD(bias), low = V_SPLAT(least), high = V_SPLAT(most);
    VECTOR d[LINE], y[TILE];
    UNROLL
    for (size_t i = 0; i < values; i++)
        d[i] = V_LOAD(m + i * plane);
    if (values == PATCH)
        transform_four(d, y);
    else
        transform_four_of_ten(d, y);
    UNROLL
    for (size_t i = 0; i < TILE; i++)
        M_STORE(to + i * stride, clip(V_ADD(y[i], shift), low, high));
}

SIMD static void source_of_three(const void *patch, size_t stride, float *v, size_t plane)
{
    source_of_line(PATCH, patch, stride, v, plane);
}

SIMD static void source_of_seven(const void *patch, size_t stride, float *v, size_t plane)
{
    source_of_line(LINE, patch, stride, v, plane);
}

SIMD static void result_of_three(const float *m, size_t plane, const float *bias, float least,
                                 float most, void *result, size_t stride)
{
    result_of_line(PATCH, m, plane, bias, least, most, result, stride);
}

SIMD static void result_of_seven(const float *m, size_t plane, const float *bias, float least,
                                 float most, void *result, size_t stride)
{
    result_of_line(LINE, m, plane, bias, least, most, result, stride);
}

const nn_winograd_kernels KERNELS = {.square = {source_of_square, result_of_square},
                                     .line_of_three = {source_of_three, result_of_three},
                                     .line_of_seven = {source_of_seven, result_of_seven}};

/* SPDX-License-Identifier: BSD-2-Clause */
/* G g G^T: in each dimension the polynomial with the taps as coefficients at each point, divided by
 * the product of the point's differences from the other points; at infinity, the last tap. */
#include "nn/infer/winograd_weights.h"

#include "base/simd.h"
#include "nn/infer/winograd_kernels.h"

#include <string.h>

enum {
    AT_ONCE = NN_WINOGRAD_AT_ONCE,
    SQUARE = NN_WINOGRAD_THREE_TAPS,
    LINE = NN_WINOGRAD_SEVEN_TAPS,
    PAIRS = NN_WINOGRAD_PAIRS,
    MOST_TAPS = 9
};
typedef double doubles __attribute__((vector_size(AT_ONCE * sizeof(double))));
typedef float floats __attribute__((vector_size(AT_ONCE * sizeof(float))));

/* near^2 = 1/2, far^2 = 2 */
static inline void transform_three(const doubles *g, size_t stride, doubles *t)
{
    const double near = NN_WINOGRAD_NEAR, far = NN_WINOGRAD_FAR, over_near = -2.0 / 3,
                 over_far = 1.0 / 6;
    const doubles first = g[0], second = g[stride], third = g[2 * stride];
    t[0] = first;
    t[1] = (first + third / 2 + near * second) * over_near;
    t[2] = (first + third / 2 - near * second) * over_near;
    t[3] = (first + third * 2 + far * second) * over_far;
    t[4] = (first + third * 2 - far * second) * over_far;
    t[5] = third;
}

static inline void transform_seven(const doubles *g, size_t stride, doubles *t)
{
    static const double point[PAIRS] = NN_WINOGRAD_POINTS;
    double differences = 1;
    for (size_t i = 0; i < PAIRS; i++)
        differences *= -point[i] * point[i];
    t[0] = g[0] / differences;
    for (size_t i = 0; i < PAIRS; i++) {
        const double p = point[i], pp = p * p;
        const doubles even =
                          g[0] + pp * (g[2 * stride] + pp * (g[4 * stride] + pp * g[6 * stride])),
                      odd = p * (g[stride] + pp * (g[3 * stride] + pp * g[5 * stride]));
        differences = 2 * pp;
        for (size_t j = 0; j < PAIRS; j++)
            differences *= j == i ? 1 : pp - point[j] * point[j];
        t[2 * i + 1] = (even + odd) / differences;
        t[2 * i + 2] = (even - odd) / differences;
    }
    t[LINE - 1] = g[6 * stride];
}

/* One dimension; returns the number of values. */
static inline size_t transform(size_t taps, const doubles *g, size_t stride, doubles *t)
{
    switch (taps) {
    case 3:
        transform_three(g, stride, t);
        return SQUARE;
    case 7:
        transform_seven(g, stride, t);
        return LINE;
    default:
        t[0] = g[0];
        return 1;
    }
}

HL_FOR_ALL_WIDTHS
void nn_winograd_transform_kernels(const size_t taps[2], const float *kernel, size_t stride,
                                   float *u, size_t plane)
{
    doubles g[MOST_TAPS], rows[MOST_TAPS][LINE];
    size_t width = 0;
    for (size_t i = 0; i < taps[0] * taps[1]; i++)
        for (size_t k = 0; k < AT_ONCE; k++)
            g[i][k] = (double)kernel[k * stride + i];
    for (size_t y = 0; y < taps[0]; y++)
        width = transform(taps[1], g + taps[1] * y, 1, rows[y]);
    for (size_t x = 0; x < width; x++) {
        doubles column[LINE];
        const size_t height = transform(taps[0], &rows[0][x], LINE, column);
        for (size_t y = 0; y < height; y++) {
            const floats rounded = __builtin_convertvector(column[y], floats);
            memcpy(u + (y * width + x) * plane, &rounded, sizeof rounded);
        }
    }
}

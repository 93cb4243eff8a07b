/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GPU's depthwise convolution, compiled as C and run thread after thread, against a plain one
 * in double.
 */
#include "base/mem.h"
#include "format/convert.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- what CUDA adds to C ---- */

#define DEPTHWISE_KERNELS
#define KERNEL static void
#define DEVICE static inline
#define UNROLL

typedef struct uint4 {
    unsigned x, y, z, w;
} uint4;

static struct {
    unsigned x;
} blockIdx, blockDim, threadIdx;

static uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w)
{
    return (uint4){x, y, z, w};
}

static float __uint_as_float(unsigned u)
{
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

static unsigned __float_as_uint(float f)
{
    unsigned u;
    memcpy(&u, &f, sizeof u);
    return u;
}

static float float_of_half(unsigned short half)
{
    float f;
    hl_to_f32(HL_F16, &half, 1, &f);
    return f;
}

static unsigned short half_of_float(float f)
{
    unsigned short half;
    hl_from_f32(HL_F16, &f, 1, &half);
    return half;
}

#include "shim/depthwise.cu"

/* ---- the comparison ---- */

enum { IMAGES = 2 };

typedef struct type {
    hl_dtype dtype;
    size_t bytes;
    void (*kernel)(const uint4 *x, const uint4 *kernel, const uint4 *bias, uint4 *y,
                   depthwise_shape s);
    double half_ulp; /* of a value between 1 and 2: the error of rounding once */
} type;

static const type types[] = {
    {HL_F32, 4, depthwise_f32, 0x1p-24},
    {HL_F16, 2, depthwise_f16, 0x1p-11},
    {HL_BF16, 2, depthwise_bf16, 0x1p-8},
};

/* n values as the type holds them, and in float32. */
static uint4 *values(const type *t, size_t n, double phase, float **rounded)
{
    uint4 *held = hl_aligned(n * t->bytes, 1);
    *rounded = hl_malloc(n, sizeof **rounded);
    for (size_t i = 0; i < n; i++)
        (*rounded)[i] = (float)(3 * sin(phase + (double)i * 1.7));
    hl_from_f32(t->dtype, *rounded, n, held);
    hl_to_f32(t->dtype, held, n, *rounded);
    return held;
}

static size_t size(int a, int b, int c)
{
    return (size_t)a * (size_t)b * (size_t)c;
}

/* One value of the result, before the activation. */
static double plain(const float *x, const float *kernel, const float *bias,
                    const depthwise_shape *s, const int at[4])
{
    double sum = bias[at[3]];
    for (int ky = 0; ky < s->kernel[0]; ky++)
        for (int kx = 0; kx < s->kernel[1]; kx++) {
            const int y = at[1] * s->stride[0] - s->pad[0] + ky;
            const int xx = at[2] * s->stride[1] - s->pad[1] + kx;
            if (y >= 0 && y < s->height && xx >= 0 && xx < s->width)
                sum += (double)x[((at[0] * s->height + y) * s->width + xx) * s->channels + at[3]] *
                       kernel[(ky * s->kernel[1] + kx) * s->channels + at[3]];
        }
    return sum;
}

static void compare(const type *t, const float *x, const float *kernel, const float *bias,
                    const float *found, const depthwise_shape *s)
{
    int at[4];
    for (at[0] = 0; at[0] < IMAGES; at[0]++)
        for (at[1] = 0; at[1] < s->out_height; at[1]++)
            for (at[2] = 0; at[2] < s->out_width; at[2]++)
                for (at[3] = 0; at[3] < s->channels; at[3]++) {
                    const double sum = plain(x, kernel, bias, s, at);
                    const double expected = fmin(fmax(sum, s->least), s->most);
                    if (fabs(*found - expected) > t->half_ulp * fabs(expected) + 2e-5)
                        fail_msg("%d %d %d %d: expected %g, found %g", at[0], at[1], at[2], at[3],
                                 expected, *found);
                    found++;
                }
}

/* The last block has threads without work. */
static void run(const type *t, const uint4 *x, const uint4 *kernel, const uint4 *bias, uint4 *y,
                depthwise_shape s)
{
    blockDim.x = 32;
    for (blockIdx.x = 0; blockIdx.x * blockDim.x < s.outputs; blockIdx.x++)
        for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++)
            t->kernel(x, kernel, bias, y, s);
}

static void check(const type *t, depthwise_shape s)
{
    const size_t c = (size_t)s.channels, n = IMAGES * size(s.height, s.width, s.channels);
    const size_t outputs = IMAGES * size(s.out_height, s.out_width, s.channels);
    float *fx, *fkernel, *fbias;
    uint4 *x = values(t, n, 0, &fx);
    uint4 *kernel = values(t, size(s.kernel[0], s.kernel[1], s.channels), 1, &fkernel);
    uint4 *bias = values(t, c, 2, &fbias);
    uint4 *y = hl_aligned(outputs * t->bytes, 1);
    float *found = hl_malloc(outputs, sizeof *found);
    s.outputs = (unsigned)(outputs * t->bytes / sizeof *y);
    run(t, x, kernel, bias, y, s);
    hl_to_f32(t->dtype, y, outputs, found);
    compare(t, fx, fkernel, fbias, found, &s);
    free(x);
    free(kernel);
    free(bias);
    free(y);
    free(found);
    free(fx);
    free(fkernel);
    free(fbias);
}

static const depthwise_shape shapes[] = {
    {0, 16, 7, 6, 7, 6, {3, 3}, {1, 1}, {1, 1}, -INFINITY, INFINITY},
    {0, 24, 8, 6, 4, 3, {3, 3}, {2, 2}, {0, 0}, 0, 6}, /* padded below and on the right */
    {0, 8, 5, 9, 3, 9, {3, 1}, {1, 1}, {0, 0}, 0, INFINITY},
    {0, 8, 1, 1, 1, 1, {5, 5}, {1, 1}, {2, 2}, 0, 6},
    {0, 8, 9, 7, 4, 8, {3, 2}, {2, 1}, {0, 1}, 0, 6},
};

static void test_equals_a_plain_convolution(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++)
            check(&types[i], shapes[j]);
}

/* An activation must not turn it into a number. */
static void test_nan_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const type *t = &types[i];
        float in[8] = {NAN, 1, 1, 1, 1, 1, 1, 1}, ones[8] = {1, 1, 1, 1, 1, 1, 1, 1}, out[8];
        uint4 x[2], kernel[2], bias[2] = {{0}}, y[2];
        hl_from_f32(t->dtype, in, 8, x);
        hl_from_f32(t->dtype, ones, 8, kernel);
        depthwise_shape s = {.channels = 8, 1, 1, 1, 1, {1, 1}, {1, 1}, {0, 0}, 0, 6};
        s.outputs = (unsigned)t->bytes / 2;
        run(t, x, kernel, bias, y, s);
        hl_to_f32(t->dtype, y, 8, out);
        assert_true(isnan(out[0]));
        assert_true(out[1] == 1);
    }
    assert_int_equal(bf16_of_float(__uint_as_float(0x7fffffff)), 0x7fc0); /* a GPU's NaN */
}

/* A kernel of one pixel with the weight 1 rounds the sum of a value and the bias. */
static void test_ties_go_to_even(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof types / sizeof *types; i++) {
        const type *t = &types[i];
        const float half_ulp = (float)t->half_ulp, ulp = 2 * half_ulp;
        float in[8] = {1, 1 + ulp, 1 + 2 * ulp, 1, 0}, offset[8], one[8], out[8];
        for (int k = 0; k < 8; k++)
            offset[k] = half_ulp, one[k] = 1;
        uint4 x, kernel, bias, y;
        hl_from_f32(t->dtype, in, 8, &x);
        hl_from_f32(t->dtype, one, 8, &kernel);
        hl_from_f32(t->dtype, offset, 8, &bias);
        run(t, &x, &kernel, &bias, &y,
            (depthwise_shape){1, 8, 1, 1, 1, 1, {1, 1}, {1, 1}, {0, 0}, -INFINITY, INFINITY});
        hl_to_f32(t->dtype, &y, 8, out);
        assert_true(out[0] == 1);
        assert_true(out[1] == 1 + 2 * ulp);
        assert_true(out[2] == 1 + 2 * ulp);
        assert_true(out[4] == half_ulp);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_a_plain_convolution),
        cmocka_unit_test(test_ties_go_to_even),
        cmocka_unit_test(test_nan_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

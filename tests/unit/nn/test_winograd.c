/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Winograd convolutions against direct ones in double precision, for each vector width that the CPU
 * has. Relative L2 errors of 3 x 3 taps are about 1.1e-6 from 128 channels on; with the points 0,
 * +-1, +-2 they would be twice as large. Those of seven taps are about 2.2e-6.
 */
#include "base/mem.h"
#include "nn/infer/winograd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of all values, and of one value relative to the root mean square of all. */
typedef struct error_limits {
    double relative, largest;
} error_limits;
static const error_limits most = {2e-6, 1e-5}, most_of_seven_taps = {3e-6, 3e-5};
static const size_t SAMPLES = 4000;

typedef struct problem {
    nn_winograd_shape shape;
    size_t images, height, width; /* of the result */
    float *kernel, *bias, *source, *result;
} problem;

/* Values in [-1, 1), the same on every machine. */
static void fill(float *values, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525U + 1013904223U;
        values[i] = (float)(seed >> 8) / 8388608.0F - 1;
    }
}

static size_t source_floats(const problem *p)
{
    return p->images * p->shape.in * p->shape.height * p->shape.width;
}

static size_t result_floats(const problem *p)
{
    return p->images * p->shape.out * p->height * p->width;
}

static problem make(nn_winograd_shape shape, size_t images)
{
    problem p = {.shape = shape,
                 .images = images,
                 .height = shape.height + 2 * shape.pad[0] - shape.taps[0] + 1,
                 .width = shape.width + 2 * shape.pad[1] - shape.taps[1] + 1};
    const size_t kernel = shape.in * shape.out * shape.taps[0] * shape.taps[1];
    p.kernel = hl_malloc(kernel, sizeof *p.kernel);
    p.bias = hl_malloc(shape.out, sizeof *p.bias);
    p.source = hl_aligned(source_floats(&p), sizeof *p.source);
    p.result = hl_aligned(result_floats(&p), sizeof *p.result);
    fill(p.kernel, kernel, 1);
    fill(p.bias, shape.out, 2);
    fill(p.source, source_floats(&p), 3);
    return p;
}

static void release(problem *p)
{
    free(p->kernel);
    free(p->bias);
    free(p->source);
    free(p->result);
}

static void run(const problem *p, const float *bias, const void *source, size_t images,
                void *result, int threads)
{
    assert_true(nn_winograd_supports(&p->shape));
    nn_winograd *w = nn_winograd_new(&p->shape, p->kernel, bias, threads);
    void *workspace = hl_aligned(nn_winograd_workspace(w), 1);
    nn_winograd_run(w, source, images, result, workspace);
    nn_winograd_free(w);
    free(workspace);
}

/* The offset of a value in blocks of `lanes` channels. */
static size_t offset(const problem *p, size_t channels, size_t height, size_t width, size_t image,
                     size_t channel, size_t y, size_t x)
{
    const size_t lanes = p->shape.lanes, block = image * (channels / lanes) + channel / lanes;
    return ((block * height + y) * width + x) * lanes + channel % lanes;
}

static double direct(const problem *p, const float *bias, size_t image, size_t k, size_t y,
                     size_t x)
{
    const nn_winograd_shape *s = &p->shape;
    const size_t down = s->taps[0], right = s->taps[1];
    double sum = bias ? (double)bias[k] : 0;
    for (size_t dy = 0; dy < down; dy++)
        for (size_t dx = 0; dx < right; dx++) {
            const size_t row = y + dy - s->pad[0], column = x + dx - s->pad[1]; /* -1: beyond all */
            for (size_t c = 0; row < s->height && column < s->width && c < s->in; c++)
                sum +=
                    (double)p->kernel[((k * s->in + c) * down + dy) * right + dx] *
                    (double)p->source[offset(p, s->in, s->height, s->width, image, c, row, column)];
        }
    return sum;
}

/* Compares every value, or of many a sample that is spread over all positions and channels. Errors
 * are relative to the sums before they are clipped. */
static void compare(const problem *p, const float *bias)
{
    const size_t out = p->shape.out, area = p->height * p->width, all = result_floats(p);
    const size_t step = (all / SAMPLES) | 1U;
    double errors = 0, squares = 0, largest = 0;
    size_t n = 0;
    for (size_t i = 0; i < all; i += step, n++) {
        const size_t image = i / (area * out), k = i / area % out, y = i % area / p->width,
                     x = i % p->width;
        const double sum = direct(p, bias, image, k, y, x),
                     expected = fmin(fmax(sum, (double)p->shape.least), (double)p->shape.most),
                     found = (double)p->result[offset(p, out, p->height, p->width, image, k, y, x)],
                     error = fabs(found - expected);
        assert_true(!isnan(found));
        largest = fmax(largest, error);
        errors += error * error;
        squares += sum * sum;
    }
    const double relative = sqrt(errors / squares), worst = largest / sqrt(squares / (double)n);
    const error_limits *at_most =
        p->shape.taps[0] + p->shape.taps[1] > 6 ? &most_of_seven_taps : &most;
    if (!(relative <= at_most->relative) || !(worst <= at_most->largest))
        fail_msg("%zu to %zu channels, %zu x %zu, %zu x %zu taps, padding %zu and %zu, %zu lanes: "
                 "relative L2 error %.2e, largest %.2e: expected at most %.1e, %.1e",
                 p->shape.in, out, p->shape.height, p->shape.width, p->shape.taps[0],
                 p->shape.taps[1], p->shape.pad[0], p->shape.pad[1], p->shape.lanes, relative,
                 worst, at_most->relative, at_most->largest);
}

/* For each width that this CPU has. */
static void for_each_width(nn_winograd_shape shape, size_t images,
                           void (*check)(nn_winograd_shape shape, size_t images))
{
    if (!nn_winograd_cpu_has(8))
        skip(); /* NOT RUN: needs a CPU with AVX2 */
    for (shape.lanes = 8; shape.lanes <= 16; shape.lanes *= 2)
        if (nn_winograd_cpu_has(shape.lanes) && nn_winograd_supports(&shape))
            check(shape, images);
}

static void check_values(nn_winograd_shape shape, size_t images)
{
    problem p = make(shape, images);
    run(&p, p.bias, p.source, images, p.result, 2);
    compare(&p, p.bias);
    release(&p);
}

static nn_winograd_shape shape_of(size_t in, size_t out, size_t height, size_t width, size_t pad)
{
    return (nn_winograd_shape){.in = in,
                               .out = out,
                               .height = height,
                               .width = width,
                               .taps = {3, 3},
                               .pad = {pad, pad},
                               .least = -INFINITY,
                               .most = INFINITY};
}

/* A line of taps, across or down; zeros on both sides keep the size if `same`. */
static nn_winograd_shape line_of(size_t taps, bool down, bool same, nn_winograd_shape s)
{
    s.taps[0] = s.taps[1] = 1;
    s.pad[0] = s.pad[1] = 0;
    s.taps[down ? 0 : 1] = taps;
    s.pad[down ? 0 : 1] = same ? taps / 2 : 0;
    return s;
}

static void layers_of_vgg16(void **state)
{
    (void)state;
    static const size_t layers[][4] = {{64, 64, 224, 1},  {64, 128, 112, 1}, {128, 128, 112, 1},
                                       {128, 256, 56, 1}, {256, 256, 56, 1}, {256, 512, 28, 3},
                                       {512, 512, 28, 3}, {512, 512, 14, 8}};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const size_t *l = layers[i];
        for_each_width(shape_of(l[0], l[1], l[2], l[2], 1), l[3], check_values);
    }
}

static void layers_of_inceptionresnetv2(void **state)
{
    (void)state;
    static const size_t layers[][4] = {
        {32, 32, 149, 0}, {32, 64, 147, 1}, {80, 192, 73, 0}, {64, 96, 35, 1},   {96, 96, 35, 1},
        {32, 32, 35, 1},  {32, 48, 35, 1},  {48, 64, 35, 1},  {256, 256, 35, 1}, {256, 288, 17, 1}};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const size_t *l = layers[i];
        for_each_width(shape_of(l[0], l[1], l[2], l[2], l[3]), 2, check_values);
    }
}

static void lines_of_inceptionresnetv2(void **state)
{
    (void)state;
    for_each_width(line_of(7, false, true, shape_of(128, 160, 17, 17, 0)), 3, check_values);
    for_each_width(line_of(7, true, true, shape_of(160, 192, 17, 17, 0)), 3, check_values);
    for_each_width(line_of(3, false, true, shape_of(192, 224, 8, 8, 0)), 9, check_values);
    for_each_width(line_of(3, true, true, shape_of(224, 256, 8, 8, 0)), 9, check_values);
}

/* From the smallest, which has one result without padding; tiles are cut at the right and below. */
static void odd_sizes(void **state)
{
    (void)state;
    for (size_t height = 1; height <= 11; height++)
        for (size_t width = 1; width <= 11; width++)
            for (size_t pad = 0; pad <= 1; pad++)
                for_each_width(shape_of(16, 48, height, width, pad), 3, check_values);
}

static void odd_lines(void **state)
{
    (void)state;
    for (size_t taps = 3; taps <= 7; taps += 4)
        for (size_t length = 1; length <= 17; length++)
            for (size_t across = 1; across <= 5; across += 2)
                for (int way = 0; way < 4; way++) {
                    const bool down = way & 1, same = way & 2;
                    const size_t height = down ? length : across, width = down ? across : length;
                    for_each_width(line_of(taps, down, same, shape_of(16, 48, height, width, 0)), 3,
                                   check_values);
                }
}

/* Sums of more and of fewer channels than go through at a time, and half a block of outputs. */
static void odd_channels(void **state)
{
    (void)state;
    static const size_t channels[][2] = {{8, 8},    {8, 24},   {16, 16},  {16, 80},   {136, 40},
                                         {144, 16}, {240, 48}, {272, 32}, {384, 208}, {768, 16}};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        for_each_width(shape_of(channels[i][0], channels[i][1], 9, 13, 1), 2, check_values);
}

static void check_activations(nn_winograd_shape shape, size_t images)
{
    static const float limits[][2] = {{0, INFINITY}, {0, 6}, {-1, 1}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        shape.least = limits[i][0];
        shape.most = limits[i][1];
        check_values(shape, images);
    }
}

static void activations(void **state)
{
    (void)state;
    for_each_width(shape_of(32, 32, 10, 10, 1), 1, check_activations);
}

static void check_without_bias(nn_winograd_shape shape, size_t images)
{
    problem p = make(shape, images);
    run(&p, NULL, p.source, images, p.result, 1);
    compare(&p, NULL);
    release(&p);
}

static void without_bias(void **state)
{
    (void)state;
    for_each_width(shape_of(32, 32, 10, 10, 1), 2, check_without_bias);
}

/* Runs each image alone, with the kernel transformed on another number of threads. */
static void check_alone(nn_winograd_shape shape, size_t images)
{
    problem p = make(shape, images);
    run(&p, p.bias, p.source, images, p.result, 1);
    const size_t source = source_floats(&p) / images, result = result_floats(&p) / images;
    float *alone = hl_aligned(result, sizeof *alone);
    for (size_t i = 0; i < images; i++) {
        run(&p, p.bias, p.source + i * source, 1, alone, 3);
        assert_memory_equal(alone, p.result + i * result, result * sizeof *alone);
    }
    free(alone);
    release(&p);
}

static void bits_do_not_depend_on_the_batch(void **state)
{
    (void)state;
    for_each_width(shape_of(32, 32, 20, 20, 1), 5, check_alone);
    for_each_width(shape_of(384, 256, 8, 12, 1), 9, check_alone);
    for_each_width(line_of(7, false, true, shape_of(128, 160, 17, 17, 0)), 5, check_alone);
    for_each_width(line_of(7, true, true, shape_of(160, 192, 17, 17, 0)), 5, check_alone);
    for_each_width(line_of(3, true, true, shape_of(384, 256, 8, 8, 0)), 9, check_alone);
}

static void check_widths(nn_winograd_shape shape)
{
    shape.lanes = 8;
    problem narrow = make(shape, 2);
    shape.lanes = 16;
    problem wide = make(shape, 2);
    for (size_t i = 0; i < source_floats(&wide); i++) {
        const size_t area = shape.height * shape.width, image = i / (area * shape.in),
                     c = i / area % shape.in, y = i % area / shape.width, x = i % shape.width;
        wide.source[offset(&wide, shape.in, shape.height, shape.width, image, c, y, x)] =
            narrow.source[offset(&narrow, shape.in, shape.height, shape.width, image, c, y, x)];
    }
    run(&narrow, narrow.bias, narrow.source, 2, narrow.result, 1);
    run(&wide, wide.bias, wide.source, 2, wide.result, 1);
    for (size_t i = 0; i < result_floats(&wide); i++) {
        const size_t area = wide.height * wide.width, image = i / (area * shape.out),
                     k = i / area % shape.out, y = i % area / wide.width, x = i % wide.width;
        assert_memory_equal(
            &wide.result[offset(&wide, shape.out, wide.height, wide.width, image, k, y, x)],
            &narrow.result[offset(&narrow, shape.out, narrow.height, narrow.width, image, k, y, x)],
            sizeof(float));
    }
    release(&narrow);
    release(&wide);
}

static void bits_do_not_depend_on_the_width(void **state)
{
    (void)state;
    const nn_winograd_shape shape = shape_of(144, 48, 15, 22, 1);
    if (!nn_winograd_cpu_has(16))
        skip(); /* NOT RUN: needs a CPU with AVX-512 */
    check_widths(shape);
    check_widths(line_of(3, false, true, shape));
    check_widths(line_of(7, true, true, shape));
}

/* ---- bfloat16 ---- */

static float widen(uint16_t bf16)
{
    const uint32_t bits = (uint32_t)bf16 << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The nearest of the two neighbours, the even one if both are as near. */
static uint16_t nearest_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t towards_zero = (uint16_t)(bits >> 16), away = (uint16_t)(towards_zero + 1);
    const double to_zero = fabs((double)value - (double)widen(towards_zero)),
                 to_away = fabs((double)widen(away) - (double)value);
    return to_zero < to_away || (to_zero == to_away && towards_zero % 2 == 0) ? towards_zero : away;
}

/* Maps in bfloat16 give what the same values in float32 do, rounded once. */
static void check_bf16(nn_winograd_shape shape, size_t images)
{
    shape.lanes = 16;
    problem p = make(shape, images);
    const size_t in = source_floats(&p), out = result_floats(&p);
    uint16_t *source = hl_aligned(in, sizeof *source), *result = hl_aligned(out, sizeof *result);
    for (size_t i = 0; i < in; i++) {
        source[i] = nearest_bf16(p.source[i]);
        p.source[i] = widen(source[i]);
    }
    run(&p, p.bias, p.source, images, p.result, 1);
    p.shape.bf16 = true;
    run(&p, p.bias, source, images, result, 1);
    for (size_t i = 0; i < out; i++)
        assert_int_equal(result[i], nearest_bf16(p.result[i]));
    free(source);
    free(result);
    release(&p);
}

static void bf16_is_rounded_once(void **state)
{
    (void)state;
    if (!nn_winograd_cpu_has(16))
        skip(); /* NOT RUN: needs a CPU with AVX-512 */
    check_bf16(shape_of(144, 48, 15, 22, 1), 2);
    check_bf16(shape_of(32, 32, 10, 7, 0), 2);
    for (size_t size = 1; size <= 9; size++)
        check_bf16(shape_of(32, 32, size, 10 - size, 1), 3);
    check_bf16(line_of(7, false, true, shape_of(144, 48, 7, 17, 0)), 2);
    check_bf16(line_of(7, true, true, shape_of(144, 48, 17, 7, 0)), 2);
    check_bf16(line_of(3, true, true, shape_of(32, 32, 8, 8, 0)), 2);
}

static void bf16_keeps_nan_and_infinity(void **state)
{
    (void)state;
    if (!nn_winograd_cpu_has(16))
        skip(); /* NOT RUN: needs a CPU with AVX-512 */
    nn_winograd_shape shape = shape_of(16, 16, 4, 4, 1);
    shape.lanes = 16;
    shape.bf16 = true;
    problem p = make(shape, 1);
    uint16_t source[16 * 16] = {0}, result[16 * 16];
    p.bias[1] = NAN;
    memset(&p.bias[2], 0xff, sizeof p.bias[2]); /* the NaN that rounding up would turn into 0 */
    p.bias[3] = INFINITY;
    p.bias[4] = -INFINITY;
    p.bias[5] = 3.4e38F; /* beyond the largest bfloat16 */
    run(&p, p.bias, source, 1, result, 1);
    assert_true(isnan(widen(result[1])) && isnan(widen(result[2])));
    assert_true(isinf(widen(result[3])) && widen(result[3]) > 0);
    assert_true(isinf(widen(result[4])) && widen(result[4]) < 0);
    assert_true(isinf(widen(result[5])) && widen(result[5]) > 0);
    release(&p);
}

/* A NaN is not clipped away, and reaches no other image. */
static void check_nan(nn_winograd_shape shape, size_t images)
{
    shape.least = 0;
    shape.most = 6;
    problem p = make(shape, images);
    p.source[offset(&p, shape.in, shape.height, shape.width, 0, 3, 2, 2)] = NAN;
    run(&p, p.bias, p.source, images, p.result, 1);
    assert_true(isnan(p.result[offset(&p, shape.out, p.height, p.width, 0, 7, 2, 2)]));
    for (size_t i = result_floats(&p) / images; i < result_floats(&p); i++)
        assert_true(!isnan(p.result[i]));
    release(&p);
}

static void nan_stays(void **state)
{
    (void)state;
    for_each_width(shape_of(16, 16, 8, 8, 1), 2, check_nan);
    for_each_width(line_of(7, false, true, shape_of(16, 16, 8, 8, 0)), 2, check_nan);
}

static void unsupported(void **state)
{
    (void)state;
    nn_winograd_shape s = shape_of(24, 24, 8, 8, 1);
    s.lanes = 16;
    assert_false(nn_winograd_supports(&s));
    s.in = s.out = 32;
    s.lanes = 4;
    assert_false(nn_winograd_supports(&s) || nn_winograd_cpu_has(s.lanes));
    s.lanes = 8;
    s.pad[0] = 3;
    assert_false(nn_winograd_supports(&s));
    s.pad[0] = s.pad[1] = 0;
    s.width = 2;
    assert_false(nn_winograd_supports(&s));
    s.width = 8;
    static const size_t taps[][2] = {{1, 1}, {1, 5}, {5, 5}, {2, 2}, {3, 7}, {7, 7}, {0, 3}};
    for (size_t i = 0; i < sizeof taps / sizeof *taps; i++) {
        memcpy(s.taps, taps[i], sizeof s.taps);
        assert_false(nn_winograd_supports(&s));
    }
    s.taps[0] = s.taps[1] = 3;
    s.bf16 = true;
    assert_false(nn_winograd_supports(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_of_vgg16),
        cmocka_unit_test(layers_of_inceptionresnetv2),
        cmocka_unit_test(lines_of_inceptionresnetv2),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(odd_lines),
        cmocka_unit_test(odd_channels),
        cmocka_unit_test(activations),
        cmocka_unit_test(without_bias),
        cmocka_unit_test(bits_do_not_depend_on_the_batch),
        cmocka_unit_test(bits_do_not_depend_on_the_width),
        cmocka_unit_test(bf16_is_rounded_once),
        cmocka_unit_test(bf16_keeps_nan_and_infinity),
        cmocka_unit_test(nan_stays),
        cmocka_unit_test(unsupported),
    };
    printf("# vectors of this CPU:%s%s\n", nn_winograd_cpu_has(8) ? " AVX2" : " none",
           nn_winograd_cpu_has(16) ? " AVX-512" : "");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

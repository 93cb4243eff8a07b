/* SPDX-License-Identifier: BSD-2-Clause */
/* Pixel scaling equals Keras' preprocess_input, through the shim's table look-up. */
#include "nn/infer/preprocess_input.h"
#include "reference.h"
#include "shim/torch_shim.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { VALUES = 256, SIDE = 4, IMAGES = VALUES / (SIDE * SIDE) };

static const double tolerance = 1e-6;

static reference keras;
static const uint8_t
    *pixels; /* [VALUES][3]: each channel takes all values, and those of a pixel differ */

static int setup(void **state)
{
    (void)state;
    reference_read(&keras, "tests/parity/data/preprocess.safetensors.zst");
    const hl_tensor_desc *d;
    pixels = reference_tensor(&keras, "input", &d);
    assert_int_equal(d->dtype, HL_U8);
    assert_int_equal(d->bytes, VALUES * 3);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reference_free(&keras);
    return 0;
}

/* bytes: U8 [IMAGES, SIDE, SIDE, channels]; result: F32, 3 values per pixel in Keras' order. */
static void normalize(const char *mode, const uint8_t *bytes, int channels, float result[VALUES][3])
{
    hl_err e;
    nn_normalize n;
    if (nn_normalize_make(&n, mode, &e))
        fail_msg("%s", e.msg);
    const int64_t shape[4] = {IMAGES, SIDE, SIDE, channels};
    ts_tensor *in, *out, *hwc;
    must_torch(ts_from_data(&in, bytes, TS_U8, 4, shape));
    must_torch(ts_lookup(&out, in, n.table, n.source, TS_CPU));
    assert_int_equal(ts_rank(out), 4);
    assert_int_equal(ts_dim(out, 1), 3);
    must_torch(ts_permute(&hwc, out, (const int[]){0, 2, 3, 1}));
    must_torch(ts_to_data(hwc, result, VALUES * 3 * sizeof(float)));
    ts_free(hwc);
    ts_free(out);
    ts_free(in);
}

static void compare(const char *mode, int pixel, int channel, float ours, float expected)
{
    /* not `>`: NaN must fail too */
    if (!(fabs((double)ours - (double)expected) <= tolerance))
        fail_msg("%s: pixel %d, channel %d: expected %.9g, found %.9g", mode, pixel, channel,
                 (double)expected, (double)ours);
}

static const float *keras_values(const char *mode)
{
    const hl_tensor_desc *d;
    const float *v = reference_tensor(&keras, mode, &d);
    assert_int_equal(d->dtype, HL_F32);
    assert_int_equal(d->bytes, VALUES * 3 * sizeof *v);
    return v;
}

static void compare_rgb(const char *mode)
{
    float ours[VALUES][3];
    const float *expected = keras_values(mode);
    normalize(mode, pixels, 3, ours);
    for (int i = 0; i < VALUES; i++)
        for (int c = 0; c < 3; c++)
            compare(mode, i, c, ours[i][c], expected[3 * i + c]);
}

/* The input channel of Keras' output channel c. */
static int source_of(const char *mode, int c)
{
    return strcmp(mode, "caffe") == 0 ? 2 - c : c;
}

/* A grey pixel v is (v, v, v) in Keras. Channels are scaled independently, so output channel c of v
 * is that of the reference pixel whose source channel has the value v. */
static void compare_grey(const char *mode)
{
    uint8_t grey[VALUES];
    float ours[VALUES][3];
    const float *expected = keras_values(mode);
    for (int v = 0; v < VALUES; v++)
        grey[v] = (uint8_t)v;
    normalize(mode, grey, 1, ours);
    for (int i = 0; i < VALUES; i++)
        for (int c = 0; c < 3; c++)
            compare(mode, i, c, ours[pixels[3 * i + source_of(mode, c)]][c], expected[3 * i + c]);
}

static void test_keras_rgb(void **state)
{
    (void)state;
    compare_rgb("caffe");
    compare_rgb("tf");
    compare_rgb("torch");
}

static void test_keras_grey(void **state)
{
    (void)state;
    compare_grey("caffe");
    compare_grey("tf");
    compare_grey("torch");
}

/* Modes that Keras does not have, v / 255 and v, to the last bit. */
static void test_unit_and_raw(void **state)
{
    (void)state;
    float unit[VALUES][3], raw[VALUES][3], grey[VALUES][3];
    normalize("unit", pixels, 3, unit);
    normalize("raw", pixels, 3, raw);
    for (int i = 0; i < VALUES; i++)
        for (int c = 0; c < 3; c++) {
            const float v = (float)pixels[3 * i + c];
            assert_true(unit[i][c] == v / 255.0f);
            assert_true(raw[i][c] == v);
        }
    normalize("raw", pixels, 1, grey); /* the first VALUES bytes as grey pixels */
    for (int i = 0; i < VALUES; i++)
        for (int c = 0; c < 3; c++)
            assert_true(grey[i][c] == (float)pixels[i]);
}

static void test_unknown(void **state)
{
    (void)state;
    hl_err e;
    nn_normalize n;
    assert_int_equal(nn_normalize_make(&n, "Caffe", &e), -1);
    assert_string_equal(e.msg,
                        "normalisation: expected caffe, tf, torch, unit or raw, found 'Caffe'");
    assert_int_equal(nn_normalize_make(&n, "", &e), -1);
    assert_int_equal(nn_normalize_make(&n, "auto", &e), -1); /* an option of the tool, not a mode */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keras_rgb),
        cmocka_unit_test(test_keras_grey),
        cmocka_unit_test(test_unit_and_raw),
        cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests_name("normalisation against Keras", tests, setup, teardown);
}

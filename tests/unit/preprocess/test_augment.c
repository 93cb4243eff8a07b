/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Augmented copies compared with scipy.ndimage: tests/data/augment/ was made by
 * tests/parity/make_augment_references.py. Values may differ by one level where a sum is
 * rounded the other way. Run from the root of the source tree.
 */
#include "base/mem.h"
#include "base/parse.h"
#include "format/tsv.h"
#include "helpers.h"
#include "preprocess/augment.h"

#include <math.h>

/* The same as source() in the script. */
static uint8_t *make_source(size_t height, size_t width, size_t channels)
{
    uint8_t *image = hl_malloc(height * width, channels);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            for (size_t k = 0; k < channels; k++)
                image[(y * width + x) * channels + k] =
                    (uint8_t)(y * y * 3 + x * 11 + x * y + k * 70);
    return image;
}

typedef struct reference {
    hl_tsv table;
    uint8_t *pixels;
} reference;

static reference load(void)
{
    hl_err e;
    reference r;
    if (hl_tsv_read(&r.table, "tests/data/augment/variants.tsv", &e))
        fail_msg("%s", e.msg);
    assert_true(r.table.nrows >= 8);
    FILE *fp = fopen("tests/data/augment/variants.bin", "rb");
    assert_non_null(fp);
    r.pixels = hl_malloc(1 << 16, 1);
    assert_true(fread(r.pixels, 1, 1 << 16, fp) > 0);
    fclose(fp);
    return r;
}

static void unload(reference *r)
{
    hl_tsv_free(&r->table);
    free(r->pixels);
}

static double number(const hl_tsv *t, size_t row, const char *column)
{
    hl_err e;
    size_t at;
    double v;
    assert_int_equal(hl_tsv_column(t, column, &at, &e), 0);
    assert_true(hl_parse_f64(hl_tsv_field(t, row, at), &v));
    return v;
}

static preprocess_variation draw(const hl_tsv *t, size_t row)
{
    uint64_t seed;
    assert_true(hl_parse_u64(hl_tsv_field(t, row, 0), &seed));
    return preprocess_variation_draw(seed, hl_tsv_field(t, row, 1),
                                     (uint32_t)number(t, row, "variant"));
}

static void draws_are_those_of_the_specification(void **state)
{
    (void)state;
    reference r = load();
    for (size_t i = 0; i < r.table.nrows; i++) {
        const preprocess_variation v = draw(&r.table, i);
        assert_int_equal(v.flip, (int)number(&r.table, i, "flip"));
        assert_true(fabs(v.angle - number(&r.table, i, "angle")) < 1e-15);
        assert_true(fabs(v.down - number(&r.table, i, "down")) < 1e-15);
        assert_true(fabs(v.right - number(&r.table, i, "right")) < 1e-15);
        assert_true(fabs(v.brightness - number(&r.table, i, "brightness")) < 1e-15);
        assert_true(fabs(v.contrast - number(&r.table, i, "contrast")) < 1e-15);
    }
    unload(&r);
}

static void pixels_are_those_of_scipy(void **state)
{
    (void)state;
    reference r = load();
    size_t off = 0, all = 0;
    for (size_t i = 0; i < r.table.nrows; i++) {
        const size_t height = (size_t)number(&r.table, i, "height");
        const size_t width = (size_t)number(&r.table, i, "width");
        const size_t channels = (size_t)number(&r.table, i, "channels");
        const uint8_t *expected = r.pixels + (size_t)number(&r.table, i, "offset");
        const preprocess_variation v = draw(&r.table, i);
        uint8_t *in = make_source(height, width, channels);
        uint8_t *out = hl_malloc(height * width, channels);
        preprocess_augment(&v, in, height, width, channels, out);
        for (size_t p = 0; p < height * width * channels; p++) {
            if (abs(out[p] - expected[p]) > 1)
                fail_msg("row %zu, value %zu: %d, expected %d", i, p, out[p], expected[p]);
            off += out[p] != expected[p];
            all++;
        }
        free(in);
        free(out);
    }
    assert_true(off * 1000 <= all);
    unload(&r);
}

static void nothing_drawn_changes_nothing(void **state)
{
    (void)state;
    enum { H = 6, W = 7 };
    const preprocess_variation same = {.contrast = 1}, mirrored = {.contrast = 1, .flip = true};
    const preprocess_variation moved = {.contrast = 1, .down = 2.0 / H, .right = -1.0 / W};
    uint8_t *in = make_source(H, W, 1), out[H * W];
    preprocess_augment(&same, in, H, W, 1, out);
    assert_memory_equal(out, in, sizeof out);
    preprocess_augment(&mirrored, in, H, W, 1, out);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], in[i / W * W + W - 1 - i % W]);
    /* Two rows down, one column to the left; the edge is extended. */
    preprocess_augment(&moved, in, H, W, 1, out);
    for (size_t i = 0; i < sizeof out; i++) {
        const size_t y = i / W < 2 ? 0 : i / W - 2, x = i % W + 1 < W ? i % W + 1 : W - 1;
        assert_int_equal(out[i], in[y * W + x]);
    }
    free(in);
}

static void values_stay_within_their_range(void **state)
{
    (void)state;
    const uint8_t in[] = {0, 255, 128, 0};
    uint8_t out[4];
    const preprocess_variation bright = {.contrast = 1.1, .brightness = 0.1};
    const preprocess_variation dark = {.contrast = 1.1, .brightness = -0.1};
    preprocess_augment(&bright, in, 2, 2, 1, out);
    assert_int_equal(out[1], 255);
    preprocess_augment(&dark, in, 2, 2, 1, out);
    assert_int_equal(out[0], 0);
}

/* Over many paths, every range is used in full and never exceeded. */
static void draws_keep_to_their_ranges(void **state)
{
    (void)state;
    enum { N = 2000 };
    size_t flips = 0;
    double most[5] = {0};
    const double range[5] = {PREPROCESS_ROTATION * 3.14159265358979 / 180, PREPROCESS_SHIFT,
                             PREPROCESS_SHIFT, PREPROCESS_BRIGHTNESS, PREPROCESS_CONTRAST};
    for (int i = 0; i < N; i++) {
        char path[16];
        snprintf(path, sizeof path, "%d", i);
        const preprocess_variation v = preprocess_variation_draw(1, path, 1);
        const double drawn[5] = {v.angle, v.down, v.right, v.brightness, v.contrast - 1};
        flips += v.flip;
        for (int k = 0; k < 5; k++)
            most[k] = fmax(most[k], fabs(drawn[k]));
    }
    assert_in_range(flips, N * 45 / 100, N * 55 / 100);
    for (int k = 0; k < 5; k++)
        assert_true(most[k] <= range[k] * (1 + 1e-9) && most[k] > range[k] * 0.99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_those_of_the_specification),
        cmocka_unit_test(pixels_are_those_of_scipy),
        cmocka_unit_test(nothing_drawn_changes_nothing),
        cmocka_unit_test(values_stay_within_their_range),
        cmocka_unit_test(draws_keep_to_their_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

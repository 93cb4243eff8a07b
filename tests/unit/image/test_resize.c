/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resampling against Pillow: tests/data/images/resize.* were made by
 * tests/parity/make_image_references.py. The same integers are summed, so the results must be
 * equal; only lanczos, whose weights come from the C library's sine, may be off by one level. Run
 * from the root of the source tree.
 */
#include "base/mem.h"
#include "image/resize.h"
#include "sys/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const filters[] = {"nearest", "bilinear", "bicubic", "area", "lanczos"};
static const char *const fits[] = {"stretch", "pad", "crop"};

static int index_of(const char *const *known, int n, const char *word)
{
    for (int i = 0; i < n; i++)
        if (strcmp(known[i], word) == 0)
            return i;
    fail_msg("unknown word %s", word);
    return -1;
}

static uint8_t *load(const char *path, size_t *len)
{
    const char *shown;
    char *bytes = NULL;
    hl_err e;
    FILE *fp = hl_in_open(path, &shown, &e);
    if (!fp || hl_in_read_all(fp, shown, 1 << 24, &bytes, len, &e))
        fail_msg("%s", e.msg);
    fclose(fp);
    return (uint8_t *)bytes;
}

static FILE *open_table(const char *path)
{
    FILE *fp = fopen(path, "r");
    assert_non_null(fp);
    assert_int_equal(fscanf(fp, "%*[^\n]"), 0); /* names of the columns */
    return fp;
}

/* The source called wide is computed, here as in the script. */
static hl_image make_wide(void)
{
    hl_image img = {.height = 200, .width = 301, .channels = 1};
    img.pixels = hl_malloc(img.height * img.width, 1);
    for (size_t y = 0; y < img.height; y++)
        for (size_t x = 0; x < img.width; x++)
            img.pixels[y * img.width + x] = (uint8_t)(x * 7 + y * 13 + x * y);
    return img;
}

static hl_image find_source(const char *name)
{
    if (strcmp(name, "wide") == 0)
        return make_wide();
    size_t len, offset;
    char found[16];
    hl_image img = {0};
    uint8_t *all = load("tests/data/images/resize-sources.bin", &len);
    FILE *fp = open_table("tests/data/images/resize-sources.tsv");
    do {
        assert_int_equal(fscanf(fp, "%15s %zu %zu %d %zu", found, &img.height, &img.width,
                                &img.channels, &offset),
                         5);
    } while (strcmp(found, name) != 0);
    fclose(fp);
    const size_t bytes = img.height * img.width * (size_t)img.channels;
    assert_true(offset + bytes <= len);
    img.pixels = hl_malloc(bytes, 1);
    memcpy(img.pixels, all + offset, bytes);
    free(all);
    return img;
}

typedef struct reference {
    char source[16], filter[16], fit[16];
    size_t height, width, offset;
} reference;

static void check_resized(const reference *r, const uint8_t *want, size_t len)
{
    hl_image img = find_source(r->source);
    const size_t bytes = r->height * r->width * (size_t)img.channels;
    assert_true(r->offset + bytes <= len);
    uint8_t *out = hl_malloc(bytes, 1);
    memset(out, 0xa5, bytes);
    const hl_filter filter = (hl_filter)index_of(filters, 5, r->filter);
    const int tolerance = filter == HL_LANCZOS ? 1 : 0;
    hl_resize(&img, filter, (hl_fit)index_of(fits, 3, r->fit), r->height, r->width, out);
    for (size_t i = 0; i < bytes; i++)
        if (abs(out[i] - want[r->offset + i]) > tolerance)
            fail_msg("%s %s %s to %zu x %zu: value %zu: expected %d, found %d", r->source,
                     r->filter, r->fit, r->height, r->width, i, want[r->offset + i], out[i]);
    free(out);
    hl_image_free(&img);
}

static void test_references(void **state)
{
    (void)state;
    size_t len, n = 0;
    uint8_t *want = load("tests/data/images/resize.bin", &len);
    FILE *fp = open_table("tests/data/images/resize.tsv");
    reference r;
    while (fscanf(fp, "%15s %15s %15s %zu %zu %zu", r.source, r.filter, r.fit, &r.height, &r.width,
                  &r.offset) == 6) {
        check_resized(&r, want, len);
        n++;
    }
    fclose(fp);
    free(want);
    assert_int_equal(n, 195);
}

static void check_flat(const hl_image *img, hl_filter filter, hl_fit fit, size_t h, size_t w)
{
    uint8_t *out = hl_malloc(h * w, 1);
    size_t black = 0;
    hl_resize(img, filter, fit, h, w, out);
    for (size_t i = 0; i < h * w; i++)
        if (out[i] == 0)
            black++;
        else
            assert_int_equal(out[i], 200);
    assert_true(fit == HL_PAD ? black < h * w : black == 0);
    free(out);
}

/* A flat image stays flat for every shape, filter and size: weights sum to one, and nothing outside
 * the image is read or written. Only padding adds black. */
static void test_flat(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {3, 200}, {200, 3}, {64, 64}, {7, 1}};
    static const size_t shapes[][2] = {{31, 27}, {1, 1}, {1, 3000}, {3000, 1}, {2, 5}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        hl_image img = {.height = shapes[s][0], .width = shapes[s][1], .channels = 1};
        img.pixels = hl_malloc(img.height * img.width, 1);
        memset(img.pixels, 200, img.height * img.width);
        for (int filter = HL_NEAREST; filter <= HL_LANCZOS; filter++)
            for (int fit = HL_STRETCH; fit <= HL_CROP; fit++)
                for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                    check_flat(&img, (hl_filter)filter, (hl_fit)fit, sizes[i][0], sizes[i][1]);
        hl_image_free(&img);
    }
}

static void test_same_size_is_a_copy(void **state)
{
    (void)state;
    hl_image img = make_wide();
    uint8_t *out = hl_malloc(img.height * img.width, 1);
    for (int filter = HL_NEAREST; filter <= HL_LANCZOS; filter++)
        for (int fit = HL_STRETCH; fit <= HL_CROP; fit++) {
            hl_resize(&img, (hl_filter)filter, (hl_fit)fit, img.height, img.width, out);
            assert_memory_equal(out, img.pixels, img.height * img.width);
        }
    free(out);
    hl_image_free(&img);
}

static uint8_t *resized(uint8_t *pixels, size_t h, size_t w, size_t channels, hl_filter filter,
                        size_t to_h, size_t to_w)
{
    const hl_image img = {.height = h, .width = w, .channels = (int)channels, .pixels = pixels};
    uint8_t *out = hl_malloc(to_h * to_w, channels);
    hl_resize(&img, filter, HL_STRETCH, to_h, to_w, out);
    return out;
}

/* Column x of rows of w pixels. */
static uint8_t *column(const uint8_t *pixels, size_t h, size_t w, size_t channels, size_t x)
{
    uint8_t *out = hl_malloc(h, channels);
    for (size_t y = 0; y < h; y++)
        memcpy(out + y * channels, pixels + (y * w + x) * channels, channels);
    return out;
}

/* First across, each row by itself; then down, each column by itself. */
static void check_one_by_one(size_t channels, hl_filter filter, const size_t from[2],
                             const size_t to[2])
{
    const size_t h = from[0], w = from[1], to_h = to[0], to_w = to[1], row = w * channels;
    uint8_t *px = hl_malloc(h, row);
    for (size_t i = 0; i < h * row; i++)
        px[i] = (uint8_t)(i * i / 7 + i / row * 90);
    uint8_t *across = resized(px, h, w, channels, filter, h, to_w);
    uint8_t *both = resized(px, h, w, channels, filter, to_h, to_w);
    for (size_t y = 0; y < h; y++) {
        uint8_t *alone = resized(px + y * row, 1, w, channels, filter, 1, to_w);
        assert_memory_equal(alone, across + y * to_w * channels, to_w * channels);
        free(alone);
    }
    for (size_t x = 0; x < to_w; x++) {
        uint8_t *before = column(across, h, to_w, channels, x);
        uint8_t *alone = resized(before, h, 1, channels, filter, to_h, 1);
        uint8_t *after = column(both, to_h, to_w, channels, x);
        assert_memory_equal(alone, after, to_h * channels);
        free(before);
        free(alone);
        free(after);
    }
    free(px);
    free(across);
    free(both);
}

static void test_lines_do_not_mix(void **state)
{
    (void)state;
    static const size_t from[][2] = {{37, 53}, {16, 48}, {5, 64}};
    static const size_t to[][2] = {{37, 20}, {20, 53}, {48, 16}, {90, 7}, {17, 100}};
    for (size_t channels = 1; channels <= 3; channels += 2)
        for (int filter = HL_BILINEAR; filter <= HL_LANCZOS; filter++)
            for (size_t i = 0; i < sizeof from / sizeof *from; i++)
                for (size_t k = 0; k < sizeof to / sizeof *to; k++)
                    check_one_by_one(channels, (hl_filter)filter, from[i], to[k]);
}

/* The largest sums: a row of the maximal width, all white, resized to one pixel. */
static void check_longest(size_t height, size_t width, size_t to_height, size_t to_width)
{
    hl_image img = {.height = height, .width = width, .channels = 1};
    img.pixels = hl_malloc(height, width);
    memset(img.pixels, 255, height * width);
    for (int filter = HL_NEAREST; filter <= HL_LANCZOS; filter++) {
        uint8_t out[16] = {0};
        hl_resize(&img, (hl_filter)filter, HL_STRETCH, to_height, to_width, out);
        for (size_t i = 0; i < to_height * to_width; i++)
            assert_int_equal(out[i], 255);
    }
    hl_image_free(&img);
}

/* Sums must not overflow; sixteen rows or columns are a vector. */
static void test_longest_rows_and_columns(void **state)
{
    (void)state;
    check_longest(1, HL_IMAGE_MAX_SIDE, 1, 1);
    check_longest(16, HL_IMAGE_MAX_SIDE, 16, 1);
    check_longest(HL_IMAGE_MAX_SIDE, 16, 1, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_same_size_is_a_copy),
        cmocka_unit_test(test_lines_do_not_mix),
        cmocka_unit_test(test_longest_rows_and_columns),
    };
    return cmocka_run_group_tests_name("resize", tests, NULL, NULL);
}

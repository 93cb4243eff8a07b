/* SPDX-License-Identifier: BSD-2-Clause */
/* Depths of single images, and sets of several depths. */
#include "base/mem.h"
#include "image/decoders.h"
#include "image/depth_mix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PIXELS = 1000 };

/* The bits that are used, and the grey level of the first pixel. `bright` of the pixels are 65535,
 * `black` of them 0, and the others 4095. */
static int bits_used(int bright, int black, uint8_t *first)
{
    uint16_t values[PIXELS];
    uint8_t pixels[PIXELS];
    for (int i = 0; i < PIXELS; i++)
        values[i] = i >= PIXELS - bright ? 65535 : i >= PIXELS - bright - black ? 0 : 4095;
    const hl_source src = {.name = "file", .depth = HL_DEPTH_CONTENT};
    hl_image img = {.pixels = pixels, .height = 1, .width = PIXELS, .channels = 1};
    hl_err e;
    assert_int_equal(hl_depth_scale(&img, &src, values, PIXELS, 16, &e), 0);
    assert_int_equal(img.auto_bits, 16);
    assert_int_equal(img.bits, img.used_bits);
    if (bright)
        assert_int_equal(pixels[PIXELS - 1], 255);
    *first = pixels[0];
    return img.bits;
}

static void test_burned_in_marker(void **state)
{
    (void)state;
    uint8_t first;
    assert_int_equal(bits_used(0, 0, &first), 12);
    assert_int_equal(first, 255);
    assert_int_equal(bits_used(50, 0, &first), 12); /* one in 20 */
    assert_int_equal(first, 255);
    assert_int_equal(bits_used(51, 0, &first), 16); /* not a marker, but bright pixels */
    assert_int_equal(first, 16);
    /* Black bars around the picture do not make bright pixels rare. */
    assert_int_equal(bits_used(50, 10, &first), 16);
    assert_int_equal(bits_used(5, 895, &first), 12);
}

/* A choice of the user is taken at its word, and so is the depth of the file. */
static void test_chosen_depth_has_no_marker(void **state)
{
    (void)state;
    const uint16_t values[2] = {4095, 65535};
    uint8_t pixels[2];
    hl_image img = {.pixels = pixels, .height = 1, .width = 2, .channels = 1};
    hl_err e;
    hl_source src = {.name = "file", .depth = HL_DEPTH_8 + 4};
    assert_int_equal(hl_depth_scale(&img, &src, values, 2, 16, &e), -1);
    assert_non_null(strstr(e.msg, "found 65535"));
    src.depth = HL_DEPTH_AUTO;
    assert_int_equal(hl_depth_scale(&img, &src, values, 2, 12, &e), 0);
    assert_int_equal(pixels[0], 16);
}

static void expect_mix(const size_t n[HL_DEPTH_KINDS], const char *wanted)
{
    hl_depth_mix x;
    hl_strbuf text = {0};
    memcpy(x.n, n, sizeof x.n);
    hl_strbuf_puts(&text, ">");
    assert_int_equal(hl_depth_mix_describe(&x, &text), wanted[0] != '\0');
    assert_string_equal(text.data + 1, wanted);
    hl_strbuf_free(&text);
}

static void test_mixtures(void **state)
{
    (void)state;
    expect_mix((size_t[HL_DEPTH_KINDS]){0}, "");
    expect_mix((size_t[HL_DEPTH_KINDS]){[0] = 9}, "");
    expect_mix((size_t[HL_DEPTH_KINDS]){[12] = 9, [11] = 9}, ""); /* dark images */
    expect_mix((size_t[HL_DEPTH_KINDS]){[12] = 96, [8] = 4}, "");
    expect_mix((size_t[HL_DEPTH_KINDS]){[12] = 95, [8] = 5},
               "PNG of 16 bits with values of 12 bits: 95 of 100 images, "
               "PNG of 16 bits with values of 8 bits: 5");
    /* Files of 8 bits are no dark images, however few they are. */
    expect_mix((size_t[HL_DEPTH_KINDS]){[0] = 1, [16] = 999},
               "PNG of 16 bits with values of 16 bits: 999 of 1000 images, files of 8 bits: 1");
    expect_mix((size_t[HL_DEPTH_KINDS]){[0] = 999, [12] = 1},
               "files of 8 bits: 999 of 1000 images, PNG of 16 bits with values of 12 bits: 1");
}

/* What is known of a file stays known when its picture is turned. */
static void test_turned_image(void **state)
{
    (void)state;
    hl_image img = {.pixels = hl_calloc(6, 1), .height = 2, .width = 3, .channels = 1};
    img.file_bytes = 77;
    img.file_channels = 3;
    img.remarks = 2;
    img.bits = img.used_bits = 12;
    hl_image_orient(&img, 6);
    assert_int_equal(img.height, 3);
    assert_int_equal(img.width, 2);
    assert_int_equal(img.file_bytes, 77);
    assert_int_equal(img.file_channels, 3);
    assert_int_equal(img.remarks, 2);
    assert_int_equal(img.bits, 12);
    hl_image_free(&img);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burned_in_marker),
        cmocka_unit_test(test_chosen_depth_has_no_marker),
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_turned_image),
    };
    return cmocka_run_group_tests_name("depth", tests, NULL, NULL);
}

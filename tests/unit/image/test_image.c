/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of tests/data/images, made by tests/parity/make_image_references.py: PNG files must give
 * exactly the expected pixels, JPEG files those of Pillow within the tolerance in decoded.tsv. Run
 * from the root of the source tree.
 */
#include "base/mem.h"
#include "image/image.h"
#include "image/png_encode.h"
#include "image/remarks.h"
#include "sys/input.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char dir[] = "tests/data/images";

static uint8_t *load(const char *folder, const char *name, size_t *len)
{
    char path[512], *bytes = NULL;
    const char *shown;
    hl_err e;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *fp = hl_in_open(path, &shown, &e);
    if (!fp || hl_in_read_all(fp, shown, 1 << 24, &bytes, len, &e))
        fail_msg("%s", e.msg);
    fclose(fp);
    return (uint8_t *)bytes;
}

/* Decodes a copy in a block of exactly that size, so that sanitizers see a read beyond its end. */
static int decode_exactly(hl_image *img, const uint8_t *bytes, size_t len, hl_err *e)
{
    uint8_t *copy = hl_malloc(len, 1);
    if (len)
        memcpy(copy, bytes, len);
    const int status = hl_image_decode(img, "file", copy, len, e);
    free(copy);
    return status;
}

/* ---- valid files ---- */

typedef struct reference {
    char file[64];
    size_t height, width;
    int channels, tolerance;
    size_t offset;
} reference;

static void check_decoded(const reference *r, const uint8_t *want)
{
    size_t len;
    uint8_t *bytes = load(dir, r->file, &len);
    hl_image img;
    hl_err e;
    if (decode_exactly(&img, bytes, len, &e))
        fail_msg("%s: %s", r->file, e.msg);
    if (img.height != r->height || img.width != r->width || img.channels != r->channels)
        fail_msg("%s: expected %zu x %zu x %d, found %zu x %zu x %d", r->file, r->height, r->width,
                 r->channels, img.height, img.width, img.channels);
    for (size_t i = 0; i < r->height * r->width * (size_t)r->channels; i++)
        if (abs(img.pixels[i] - want[r->offset + i]) > r->tolerance)
            fail_msg("%s: value %zu: expected %d within %d, found %d", r->file, i,
                     want[r->offset + i], r->tolerance, img.pixels[i]);
    hl_image_free(&img);
    free(bytes);
}

static void test_references(void **state)
{
    (void)state;
    size_t len, n = 0;
    uint8_t *want = load(dir, "decoded.bin", &len);
    FILE *fp = fopen("tests/data/images/decoded.tsv", "r");
    assert_non_null(fp);
    assert_int_equal(fscanf(fp, "%*[^\n]"), 0); /* names of the columns */
    reference r;
    while (fscanf(fp, "%63s %zu %zu %d %d %zu", r.file, &r.height, &r.width, &r.channels,
                  &r.tolerance, &r.offset) == 6) {
        assert_true(r.offset + r.height * r.width * (size_t)r.channels <= len);
        check_decoded(&r, want);
        n++;
    }
    assert_true(n >= 60);
    fclose(fp);
    free(want);
}

/* Every 16-bit value, once. */
static void test_16_bits(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = load(dir, "ramp-16.png", &len);
    hl_image img;
    hl_err e;
    if (decode_exactly(&img, bytes, len, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(img.height * img.width, 65536);
    for (uint32_t v = 0; v < 65536; v++)
        assert_int_equal(img.pixels[v], (v * 255 + 32767) / 65535);
    hl_image_free(&img);
    free(bytes);
}

/* Of the chosen bits, the largest value is 255; of fewer bits than the values have, none is made.
 */
static void test_depths(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = load("tests/hostile/image", "png-12-of-16-bit", &len); /* i * 4095 / 255 */
    for (int bits = 8; bits <= 16; bits++) {
        const hl_depth depth = (hl_depth)(HL_DEPTH_8 + bits - 8);
        hl_image img;
        hl_err e;
        const int status = hl_image_decode_depth(&img, "file", bytes, len, depth, &e);
        assert_int_equal(status, bits < 12 ? -1 : 0);
        if (status)
            assert_non_null(strstr(e.msg, "found 4095; choose another --depth (DEPTH)"));
        for (uint32_t i = 0; i < 256 && status == 0; i++) {
            const uint32_t v = i * 4095 / 255, most = (1u << bits) - 1;
            assert_int_equal(img.pixels[i], (v * 255 + most / 2) / most);
        }
        hl_image_free(&img);
    }
    hl_image by_file, full;
    assert_int_equal(decode_exactly(&by_file, bytes, len, NULL), 0);
    assert_int_equal(hl_image_decode_depth(&full, "file", bytes, len, HL_DEPTH_FULL, NULL), 0);
    assert_int_equal(by_file.pixels[255], 255);
    assert_int_equal(full.pixels[255], 16);
    assert_true(by_file.shallow && full.shallow);
    hl_image_free(&by_file);
    hl_image_free(&full);
    free(bytes);
}

/* For comparisons, the statement of the file does not count: 4095 needs 12 bits. */
static void test_depth_of_the_content(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *file;
        int bits, auto_bits;
    } cases[] = {
        {"tests/hostile/image", "png-12-of-16-bit", 12, 12},
        {"tests/hostile/image", "png-10-of-16-bit-wrong", 12, 16},
        {"tests/hostile/image", "png-0-of-16-bit", 12, 16},
        {"tests/data/images", "grey-16.png", 16, 16},
        {"tests/data/images", "grey-8.png", 0, 0},
        {"tests/data/images", "grey.jpg", 0, 0},
    };
    hl_image first = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        uint8_t *bytes = load(cases[i].folder, cases[i].file, &len);
        hl_image img;
        assert_int_equal(hl_image_decode_depth(&img, "file", bytes, len, HL_DEPTH_CONTENT, NULL),
                         0);
        assert_int_equal(img.bits, cases[i].bits);
        assert_int_equal(img.auto_bits, cases[i].auto_bits);
        if (i == 0) {
            first = img;
        } else {
            if (img.bits == 12)
                assert_memory_equal(img.pixels, first.pixels, 256);
            hl_image_free(&img);
        }
        free(bytes);
    }
    hl_image_free(&first);
}

/* Alpha has 16 bits whatever the colours have, and rows of an interlaced image come in any order.
 */
static void test_depth_of_all_kinds(void **state)
{
    (void)state;
    static const char *const files[] = {"grey-16.png",       "grey-16-interlaced.png",
                                        "rgb-16.png",        "rgb-16-clear.png",
                                        "grey-alpha-16.png", "rgba-16-interlaced.png"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        size_t len;
        uint8_t *bytes = load(dir, files[f], &len);
        hl_image a, b;
        hl_err e;
        assert_int_equal(decode_exactly(&a, bytes, len, NULL), 0);
        assert_false(a.shallow);
        /* 15 bits do not hold these values; 16 do, and are what is read without a choice. */
        assert_int_equal(
            hl_image_decode_depth(&b, "file", bytes, len, (hl_depth)(HL_DEPTH_16 - 1), &e), -1);
        assert_null(b.pixels);
        assert_int_equal(hl_image_decode_depth(&b, "file", bytes, len, HL_DEPTH_16, NULL), 0);
        assert_memory_equal(a.pixels, b.pixels, a.height * a.width * (size_t)a.channels);
        hl_image_free(&a);
        hl_image_free(&b);
        free(bytes);
    }
}

static void test_bytes_after_the_end(void **state)
{
    (void)state;
    static const char *const files[] = {"grey.jpg", "rgb-8.png"};
    for (size_t f = 0; f < 2; f++) {
        size_t len;
        uint8_t *bytes = load(dir, files[f], &len);
        bytes = hl_realloc(bytes, len + 100, 1);
        memset(bytes + len, 0xff, 100);
        hl_image img;
        assert_int_equal(decode_exactly(&img, bytes, len + 100, NULL), 0);
        hl_image_free(&img);
        free(bytes);
    }
}

static void test_scans_within_the_limit(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = load(dir, "scans-400.jpg", &len);
    hl_image img;
    hl_err e;
    if (decode_exactly(&img, bytes, len, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(img.height * img.width, 64);
    hl_image_free(&img);
    free(bytes);
}

/* ---- invalid files ---- */

static void expect_refused(const char *what, const uint8_t *bytes, size_t len)
{
    hl_image img;
    hl_err e = {"no message"};
    if (decode_exactly(&img, bytes, len, &e) == 0)
        fail_msg("%s, %zu bytes: expected an error, found an image", what, len);
    assert_null(img.pixels);
    if (strncmp(e.msg, "file: ", 6) != 0 || strchr(e.msg, '\n'))
        fail_msg("%s: bad message: %s", what, e.msg);
}

static void test_refused_files(void **state)
{
    (void)state;
    static const char folder[] = "tests/data/images/refused";
    DIR *d = opendir(folder);
    assert_non_null(d);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(d));) {
        if (entry->d_name[0] == '.')
            continue;
        size_t len;
        uint8_t *bytes = load(folder, entry->d_name, &len);
        expect_refused(entry->d_name, bytes, len);
        free(bytes);
        n++;
    }
    closedir(d);
    assert_int_equal(n, 22);
}

/* The message says what is wrong, not just that something is. */
static void test_reasons(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"empty", "file: the file is empty; copy or download it again"},
        {"gif", "file: expected a JPEG, PNG or DICOM image, found a GIF image; convert it to PNG"},
        {"jpeg-huge",
         "file: too large: expected sides of at most 32768 pixels, found 65000 x 65000"},
        {"png-huge",
         "file: too large: expected sides of at most 32768 pixels, found 100000 x 100000"},
        {"png-many-pixels",
         "file: too large: expected at most 268435456 pixels, found 32000 x 32768"},
        {"jpeg-many-scans", "file: JPEG: expected at most 500 scans, found more"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        uint8_t *bytes = load("tests/data/images/refused", cases[i][0], &len);
        hl_image img;
        hl_err e;
        assert_int_equal(decode_exactly(&img, bytes, len, &e), -1);
        assert_string_equal(e.msg, cases[i][1]);
        free(bytes);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    static const char *const files[] = {
        "grey.jpg",    "rgb-progressive.jpg",      "grey-restarts.jpg", "cmyk.jpg",
        "rgba-16.png", "palette-4-interlaced.png", "exif-after.png"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        size_t len;
        uint8_t *bytes = load(dir, files[f], &len);
        for (size_t n = 0; n < len; n++)
            expect_refused(files[f], bytes, n);
        free(bytes);
    }
}

/* Damage in a part without pixels is a remark; the pixels are those of the sound file. */
static void expect_remark(const char *name, const hl_image *found, const hl_image *sound)
{
    if (found->remarks != HL_REMARK_CHECKSUM)
        fail_msg("%s: expected an error or a remark, found an image", name);
    assert_int_equal(found->height, sound->height);
    assert_int_equal(found->width, sound->width);
    assert_int_equal(found->channels, sound->channels);
    assert_memory_equal(found->pixels, sound->pixels,
                        sound->height * sound->width * (size_t)sound->channels);
}

/* Checksums protect every byte of a PNG. Of these files, only gamma.png has chunks that no pixel
 * depends on: 7 bytes of data, 8 of checksums, and 8 of names, some of which give another name of
 * that kind. Nor does any depend on the checksum of the end, of 32 bits. */
static void test_flipped_png(void **state)
{
    (void)state;
    static const char *const files[] = {"grey-8.png", "palette-8-clear.png", "gamma.png"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        size_t len;
        uint8_t *bytes = load(dir, files[f], &len);
        hl_image sound, img;
        assert_int_equal(decode_exactly(&sound, bytes, len, NULL), 0);
        size_t remarks = 0;
        for (size_t i = 0; i < len; i++)
            for (uint8_t bit = 1; bit; bit = (uint8_t)(bit << 1)) {
                bytes[i] ^= bit;
                if (decode_exactly(&img, bytes, len, NULL) == 0) {
                    expect_remark(files[f], &img, &sound);
                    remarks++;
                } else
                    assert_null(img.pixels);
                hl_image_free(&img);
                bytes[i] ^= bit;
            }
        if (f < 2 ? remarks != 32 : remarks < 32 + 8 * 15 || remarks > 32 + 8 * 23)
            fail_msg("%s: %zu remarks", files[f], remarks);
        hl_image_free(&sound);
        free(bytes);
    }
}

/* What a chunk with a wrong checksum states does not count: that the image lies on its side, or
 * that 12 bits hold the picture. */
static void test_distrusted_statements(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = load("tests/hostile/image", "png-wrong-crc-upright", &len);
    hl_image img;
    assert_int_equal(decode_exactly(&img, bytes, len, NULL), 0);
    assert_int_equal(img.height, 4);
    assert_int_equal(img.width, 1);
    assert_int_equal(img.remarks, HL_REMARK_CHECKSUM);
    hl_image_free(&img);
    free(bytes);
    bytes = load("tests/hostile/image", "png-stated-wrong-crc", &len);
    assert_int_equal(decode_exactly(&img, bytes, len, NULL), 0);
    assert_int_equal(img.pixels[255], 16);
    assert_false(img.shallow);
    assert_int_equal(img.remarks, HL_REMARK_CHECKSUM);
    hl_image_free(&img);
    free(bytes);
}

static void test_transparent(void **state)
{
    (void)state;
    size_t len;
    uint8_t *bytes = load("tests/hostile/image", "png-clear", &len);
    hl_image img;
    assert_int_equal(decode_exactly(&img, bytes, len, NULL), 0);
    assert_int_equal(img.remarks, HL_REMARK_CLEAR);
    hl_image_free(&img);
    free(bytes);
    bytes = load(dir, "rgba-8.png", &len);
    assert_int_equal(decode_exactly(&img, bytes, len, NULL), 0);
    assert_int_equal(img.remarks, 0);
    hl_image_free(&img);
    free(bytes);
}

/* A JPEG has no checksums: damage may go unnoticed, but the result must be a valid image. */
static void test_flipped_jpeg(void **state)
{
    (void)state;
    static const char *const files[] = {"rgb-420.jpg", "rgb-progressive.jpg", "exif-6.jpg"};
    size_t refused = 0;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        size_t len;
        uint8_t *bytes = load(dir, files[f], &len);
        for (size_t i = 0; i < len; i++) {
            hl_image img;
            bytes[i] ^= (uint8_t)(1u << (i % 8));
            if (decode_exactly(&img, bytes, len, NULL)) {
                assert_null(img.pixels);
                refused++;
            } else {
                assert_true(img.height > 0 && img.width > 0);
                assert_true(img.channels == 1 || img.channels == 3);
            }
            hl_image_free(&img);
            bytes[i] ^= (uint8_t)(1u << (i % 8));
        }
        free(bytes);
    }
    assert_true(refused > 100);
}

/* ---- grey stored as colour ---- */

static void encode_and_decode(hl_image *img, const uint8_t *rgb, size_t width)
{
    hl_err e;
    hl_strbuf png = {0};
    assert_int_equal(hl_png_encode(&png, rgb, 1, width, 3, &e), 0);
    assert_int_equal(hl_image_decode(img, "file", png.data, png.len, &e), 0);
    hl_strbuf_free(&png);
}

/* A single byte that differs makes the image colour, also at the ends of the vectorized loops. */
static void test_grey_as_colour(void **state)
{
    (void)state;
    uint8_t rgb[3 * 200];
    hl_image img;
    for (size_t n = 1; n <= 200;
         n = n < 4 || (n > 30 && n < 35) || (n > 62 && n < 67) ? n + 1 : n + 9) {
        for (size_t i = 0; i < 3 * n; i++)
            rgb[i] = (uint8_t)(37 * (i / 3));
        encode_and_decode(&img, rgb, n);
        assert_int_equal(img.channels, 1);
        assert_int_equal(img.file_channels, 3);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(img.pixels[i], rgb[3 * i]);
        hl_image_free(&img);
        for (size_t i = 0; i < 3 * n; i++) {
            rgb[i] ^= 1;
            encode_and_decode(&img, rgb, n);
            assert_int_equal(img.channels, 3);
            assert_memory_equal(img.pixels, rgb, 3 * n);
            hl_image_free(&img);
            rgb[i] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_16_bits),
        cmocka_unit_test(test_depths),
        cmocka_unit_test(test_depth_of_the_content),
        cmocka_unit_test(test_depth_of_all_kinds),
        cmocka_unit_test(test_bytes_after_the_end),
        cmocka_unit_test(test_scans_within_the_limit),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_flipped_png),
        cmocka_unit_test(test_distrusted_statements),
        cmocka_unit_test(test_transparent),
        cmocka_unit_test(test_flipped_jpeg),
        cmocka_unit_test(test_grey_as_colour),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}

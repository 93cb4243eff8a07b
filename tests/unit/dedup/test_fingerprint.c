/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "base/rng.h"
#include "dedup/fingerprint_set.h"
#include "helpers.h"
#include "image/png_encode.h"
#include "image/resize.h"

#include <math.h>

enum { SIDE = HL_THUMB_SIDE };

/* Blobs on a gradient: an image with structure at every scale that a thumbnail resolves. */
static hl_image blobs(size_t height, size_t width, const char *seed)
{
    hl_image img = {.height = height, .width = width, .channels = 1, .file_channels = 1};
    hl_rng r = hl_rng_make_bytes(1, seed, strlen(seed));
    double at[24][4];
    for (size_t b = 0; b < COUNT(at); b++)
        for (size_t k = 0; k < 4; k++)
            at[b][k] = hl_rng_uniform(&r);
    img.pixels = malloc(height * width);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const double u = ((double)x + 0.5) / (double)width;
            const double v = ((double)y + 0.5) / (double)height;
            double sum = 60 + 60 * u;
            for (size_t b = 0; b < COUNT(at); b++) {
                const double size = 0.02 + 0.1 * at[b][2], dx = u - at[b][0], dy = v - at[b][1];
                sum += 160 * (at[b][3] - 0.5) * exp(-(dx * dx + dy * dy) / (size * size));
            }
            img.pixels[y * width + x] = (uint8_t)fmin(255, fmax(0, sum));
        }
    return img;
}

static hl_fingerprint fingerprint_of(hl_image img)
{
    hl_fingerprint f = {0};
    hl_fingerprint_make(&f, &img);
    hl_image_free(&img);
    return f;
}

static int bits(const hl_fingerprint *f)
{
    static const uint64_t none[HL_HASH_WORDS];
    return hl_hash_distance(f->hash, none);
}

/* A cosine wave along one axis has one coefficient, and all others are 0 up to rounding: its bit is
 * set, or clear for the inverted wave. Half the bits are above the median in any case. */
static void a_bit_is_a_frequency(void **state)
{
    (void)state;
    for (int axis = 0; axis < 2; axis++)
        for (size_t k = 1; k < 16; k++)
            for (int sign = -1; sign <= 1; sign += 2) {
                hl_image img = {.height = SIDE, .width = SIDE, .channels = 1};
                img.pixels = malloc(SIDE * SIDE);
                for (size_t i = 0; i < SIDE * SIDE; i++) {
                    const double x = (double)(axis ? i / SIDE : i % SIDE);
                    img.pixels[i] = (uint8_t)lround(
                        128 + sign * 100 * cos(acos(-1.0) * (x + 0.5) * (double)k / SIDE));
                }
                const hl_fingerprint f = fingerprint_of(img);
                const size_t bit = axis ? 16 * k : k;
                assert_int_equal(f.hash[bit / 64] >> (bit % 64) & 1, sign > 0);
                assert_int_equal(f.hash[0] & 1, 0);
            }
}

static void half_the_bits_are_set(void **state)
{
    (void)state;
    for (char seed[2] = "!"; *seed < '~'; ++*seed) {
        const hl_fingerprint f = fingerprint_of(blobs(64, 48, seed));
        assert_int_equal(bits(&f), 127);
        assert_int_equal(hl_hash_distance(f.hash, f.hash), 0);
    }
}

static void mean_and_contrast(void **state)
{
    (void)state;
    hl_image img = {.height = 2, .width = 2, .channels = 1, .file_bytes = 77, .file_channels = 3};
    img.pixels = malloc(4);
    memcpy(img.pixels, (uint8_t[]){0, 100, 200, 100}, 4);
    const hl_fingerprint f = fingerprint_of(img);
    assert_true(fabs(hl_fingerprint_mean(&f) - 100) < 1e-12);
    assert_true(fabs(hl_fingerprint_contrast(&f) - sqrt(5000)) < 1e-12);
    assert_int_equal(f.file_bytes, 77);
    assert_int_equal(f.file_channels, 3);
}

/* Every grey level equally often, so that both sums are known; the number of pixels is not a
 * multiple of a run. */
static void levels_of_many_pixels(void **state)
{
    (void)state;
    enum { TIMES = 283 };
    hl_image img = {.height = TIMES, .width = 256, .channels = 1};
    img.pixels = malloc(TIMES * 256);
    for (size_t i = 0; i < TIMES * 256; i++)
        img.pixels[i] = (uint8_t)(i * 113);
    const hl_fingerprint f = fingerprint_of(img);
    assert_int_equal(f.sum, TIMES * (255 * 256 / 2));
    assert_int_equal(f.squares, TIMES * (255 * 256 * 511 / 6));
    hl_image white = {.height = 100, .width = 1000, .channels = 1};
    white.pixels = malloc(100 * 1000);
    memset(white.pixels, 255, 100 * 1000);
    const hl_fingerprint w = fingerprint_of(white);
    assert_int_equal(w.squares, 100000ul * 255 * 255);
    assert_true(hl_fingerprint_mean(&w) == 255 && hl_fingerprint_contrast(&w) == 0);
}

/* Luminance of ITU-R 601: pure green is 0.587 of white. */
static void colours_count_as_luminance(void **state)
{
    (void)state;
    hl_image img = {.height = 1, .width = 1, .channels = 3};
    img.pixels = malloc(3);
    memcpy(img.pixels, (uint8_t[]){0, 200, 0}, 3);
    const hl_fingerprint f = fingerprint_of(img);
    assert_true(fabs(hl_fingerprint_mean(&f) - 117) < 1e-12);
}

static void another_size_is_a_near_duplicate(void **state)
{
    (void)state;
    const hl_fingerprint a = fingerprint_of(blobs(300, 240, "a"));
    const hl_fingerprint b = fingerprint_of(blobs(150, 120, "a"));
    const hl_fingerprint c = fingerprint_of(blobs(300, 240, "b"));
    assert_true(hl_hash_distance(a.hash, b.hash) < 12);
    assert_true(hl_thumb_correlation(a.thumb, b.thumb) > 0.98);
    assert_true(hl_hash_distance(a.hash, c.hash) > 60);
    assert_true(hl_thumb_correlation(a.thumb, c.thumb) < 0.6);
    assert_memory_not_equal(a.pixels, b.pixels, 32);
}

static void correlation_of_edges(void **state)
{
    (void)state;
    uint8_t ramp[SIDE * SIDE], brighter[SIDE * SIDE], turned[SIDE * SIDE], flat[SIDE * SIDE];
    for (size_t i = 0; i < sizeof ramp; i++) {
        ramp[i] = (uint8_t)(3 * (i % SIDE));
        brighter[i] = (uint8_t)(2 * ramp[i] + 20); /* brightness and contrast have no effect */
        turned[i] = (uint8_t)(3 * (i / SIDE));
        flat[i] = 9;
    }
    assert_true(fabs(hl_thumb_correlation(ramp, brighter) - 1) < 1e-12);
    assert_true(fabs(hl_thumb_correlation(ramp, turned)) < 1e-12);
    assert_true(hl_thumb_correlation(ramp, flat) == 0);
}

static void a_uniform_image_is_plain(void **state)
{
    (void)state;
    hl_image img = {.height = 64, .width = 64, .channels = 1};
    img.pixels = malloc(64 * 64);
    memset(img.pixels, 40, 64 * 64);
    const hl_fingerprint nothing = fingerprint_of(img);
    assert_true(nothing.plain);
    const hl_fingerprint f = fingerprint_of(blobs(64, 64, "a"));
    assert_false(f.plain);
}

static void the_digest_covers_size_and_pixels(void **state)
{
    (void)state;
    hl_image a = {.height = 2, .width = 3, .channels = 1, .pixels = calloc(6, 1)};
    hl_image b = {.height = 3, .width = 2, .channels = 1, .pixels = calloc(6, 1)};
    hl_image c = {.height = 2, .width = 3, .channels = 1, .pixels = calloc(6, 1)};
    c.pixels[5] = 1;
    const hl_fingerprint fa = fingerprint_of(a), fb = fingerprint_of(b), fc = fingerprint_of(c);
    assert_memory_not_equal(fa.pixels, fb.pixels, 32);
    assert_memory_not_equal(fa.pixels, fc.pixels, 32);
}

static void put_png(const char *path, const hl_image *img)
{
    hl_err e;
    hl_strbuf png = {0};
    assert_int_equal(hl_png_encode(&png, img->pixels, img->height, img->width, 1, &e), 0);
    put_file(path, png.data, png.len);
    hl_strbuf_free(&png);
}

static void files_of_a_manifest(void **state)
{
    (void)state;
    hl_err e;
    hl_image img = blobs(40, 50, "a");
    put_png("a.png", &img);
    hl_image_free(&img);
    put_text("b.png", "no image");
    hl_manifest m = {0};
    hl_manifest_add(&m, "a.png", "A", "p", HL_TRAIN);
    hl_manifest_add(&m, "b.png", "A", "q", HL_TRAIN);
    hl_manifest_add(&m, "c.png", "B", "r", HL_TRAIN);
    hl_manifest_finish(&m);
    hl_fingerprint f[3];
    for (int jobs = 1; jobs <= 3; jobs += 2) {
        const hl_fingerprint_options options = {.root = ".", .jobs = jobs};
        assert_int_equal(hl_fingerprint_set_read(f, &m, &options, &e), 0);
        assert_true(f[0].read && !f[0].why && f[0].height == 40 && f[0].width == 50);
        assert_true(f[1].read && !f[2].read);
        assert_string_equal(
            f[1].why,
            "expected a JPEG, PNG or DICOM image, found a file that starts with 6e 6f 20 69");
        assert_contains(f[2].why, "No such file");
        assert_null(strstr(f[2].why, "c.png"));
        char digest[HL_DIGEST_SIZE], expected[HL_DIGEST_SIZE];
        hl_fingerprint_set_digest(f, &m, digest);
        unsigned char text[2 * (6 + 32)];
        memcpy(text, "a.png", 6);
        memcpy(text + 6, f[0].file, 32);
        memcpy(text + 38, "b.png", 6);
        memcpy(text + 44, f[1].file, 32);
        hl_digest_bytes(text, sizeof text, expected);
        assert_string_equal(digest, expected);
        hl_fingerprint_set_free(f, 3);
    }
    hl_manifest_free(&m);
}

int main(void)
{
    hl_log_quiet(true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_is_a_frequency),
        cmocka_unit_test(half_the_bits_are_set),
        cmocka_unit_test(mean_and_contrast),
        cmocka_unit_test(levels_of_many_pixels),
        cmocka_unit_test(colours_count_as_luminance),
        cmocka_unit_test(another_size_is_a_near_duplicate),
        cmocka_unit_test(correlation_of_edges),
        cmocka_unit_test(a_uniform_image_is_plain),
        cmocka_unit_test(the_digest_covers_size_and_pixels),
        IN_FOLDER(files_of_a_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

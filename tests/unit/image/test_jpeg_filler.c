/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JPEG files with extra bytes before the end marker. Those that a program filled up are read; a
 * damaged file, whose decoder leaves bytes over, too, is refused. Files of the size of radiographs
 * are made here with libjpeg, and damaged at random.
 */
#include "base/mem.h"
#include "base/rng.h"
#include "image/jpeg_filler.h"
#include "image/remarks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jpeglib.h>

enum { WIDTH = 321, HEIGHT = 280 };

typedef struct file {
    uint8_t *bytes;
    size_t len;
} file;

typedef enum { BASELINE, OPTIMIZED, PROGRESSIVE, RESTARTS, COLOUR, KINDS } kind;
static const char *const kind_names[KINDS] = {"baseline", "optimized", "progressive", "restarts",
                                              "colour"};

static hl_rng rng;

static size_t below(size_t n)
{
    return (size_t)hl_rng_below(&rng, n);
}

/* Shapes with grain, and black borders, whose blocks repeat. */
static uint8_t level(size_t x, size_t y)
{
    if (x < 24 || x >= WIDTH - 24 || y >= HEIGHT - 30)
        return 0;
    const size_t smooth = 60 + (x * (WIDTH - x) / 160 + y * 3 / 4) % 140;
    return (uint8_t)(smooth + below(20));
}

static void configure(struct jpeg_compress_struct *c, kind k)
{
    c->image_width = WIDTH;
    c->image_height = HEIGHT;
    c->input_components = k == COLOUR ? 3 : 1;
    c->in_color_space = k == COLOUR ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, 75, TRUE);
    c->optimize_coding = k == OPTIMIZED;
    if (k == PROGRESSIVE)
        jpeg_simple_progression(c);
    if (k == RESTARTS)
        c->restart_in_rows = 1;
}

static file encode(kind k)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long size = 0;
    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out, &size);
    configure(&c, k);
    jpeg_start_compress(&c, TRUE);
    for (size_t y = 0; y < HEIGHT; y++) {
        uint8_t row[3 * WIDTH];
        for (size_t x = 0; x < WIDTH; x++)
            for (size_t i = 0; i < (size_t)c.input_components; i++)
                row[x * (size_t)c.input_components + i] = level(x, y);
        JSAMPROW rows[] = {row};
        jpeg_write_scanlines(&c, rows, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    return (file){out, size};
}

static int decode(hl_image *img, const file *f)
{
    hl_err e;
    return hl_image_decode(img, "file", f->bytes, f->len, &e);
}

static bool same_pixels(const hl_image *a, const hl_image *b)
{
    return a->height == b->height && a->width == b->width && a->channels == b->channels &&
           memcmp(a->pixels, b->pixels, a->height * a->width * (size_t)a->channels) == 0;
}

/* ---- fillers ---- */

static file with_filler(const file *f, size_t at, const uint8_t *unit, size_t period, size_t n)
{
    file r = {hl_malloc(f->len + n, 1), f->len + n};
    memcpy(r.bytes, f->bytes, at);
    for (size_t i = 0; i < n; i++)
        r.bytes[at + i] = unit[i % period];
    memcpy(r.bytes + at + n, f->bytes + at, f->len - at);
    return r;
}

/* libjpeg reads up to 8 bytes ahead, and does not miss them; longer fillers are a remark. */
static void a_filler_is_a_remark(void **state)
{
    (void)state;
    static const uint8_t units[][4] = {{0}, {0x12, 0x34}, {1, 2, 3, 4}, {' '}};
    static const size_t periods[] = {1, 2, 4, 1};
    for (kind k = 0; k < KINDS; k++) {
        file f = encode(k);
        hl_image sound, img;
        assert_int_equal(decode(&sound, &f), 0);
        assert_int_equal(sound.remarks, 0);
        for (size_t u = 0; u < 4; u++)
            for (size_t n = 16; n < 5000; n = 2 * n + 1) {
                file longer = with_filler(&f, f.len - 2, units[u], periods[u], n);
                if (decode(&img, &longer))
                    fail_msg("%s: a filler of %zu bytes is refused", kind_names[k], n);
                assert_int_equal(img.remarks, HL_REMARK_EXTRA_BYTES);
                assert_true(same_pixels(&img, &sound));
                hl_image_free(&img);
                free(longer.bytes);
            }
        hl_image_free(&sound);
        free(f.bytes);
    }
}

/* Bytes that do not repeat may be pixels that damage has left over; and before a scan, or among the
 * tables, bytes may be a segment that is missed. */
static void other_bytes_are_refused(void **state)
{
    (void)state;
    static const uint8_t any[16] = {0x12, 0x34, 0, 0, 0x56, 7, 0x80, 9, 0x33, 0x99, 1, 2, 3, 5, 8};
    static const uint8_t zero[] = {0};
    for (kind k = 0; k < KINDS; k++) {
        file f = encode(k);
        hl_image img;
        file longer = with_filler(&f, f.len - 2, any, sizeof any, sizeof any);
        assert_int_equal(decode(&img, &longer), -1);
        free(longer.bytes);
        for (size_t i = 2; i + 1 < f.len - 2; i++)
            if (f.bytes[i] == 0xff && (f.bytes[i + 1] >= 0xc0 && f.bytes[i + 1] <= 0xdb)) {
                longer = with_filler(&f, i, zero, 1, 40);
                assert_int_equal(decode(&img, &longer), -1);
                free(longer.bytes);
            }
        free(f.bytes);
    }
}

static void the_start_of_a_filler(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len, start;
    } cases[] = {
        {"abcdef", 6, 6},
        {"abcxxx", 6, 6},
        {"abcxxxx", 7, 3},
        {"ab\x12\x34\x12\x34", 6, 6},
        {"ab\x12\x34\x12\x34\x12\x34", 8, 2},
        {"xyzxyzxyz", 9, 0},
        {"a\xff\0\0\0\0", 6, 3},
        {"", 0, 0},
        {"0123456789abcdef0123456789abcdef0123456789abcdef", 48, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(hl_jpeg_filler_start((const uint8_t *)cases[i].bytes, cases[i].len),
                         cases[i].start);
}

/* ---- damage ---- */

static void overwrite(file *f, size_t first, int what)
{
    const size_t n = 1 + below(what == 3 ? 4 : 200), at = first + below(f->len - 2 - first);
    for (size_t i = at; i < at + n && i < f->len - 2; i++)
        f->bytes[i] = what == 0   ? 0
                      : what == 1 ? (uint8_t)(i % 2 ? 0x12 : 0x34)
                                  : (uint8_t)below(255); /* no marker */
}

static void cut(file *f, size_t first)
{
    const size_t at = first + below(f->len - 2 - first), n = below(f->len - 2 - at + 1);
    memmove(f->bytes + at, f->bytes + at + n, f->len - at - n);
    f->len -= n;
}

/* The rest becomes zeros, as after a partial download; of the same length or not. */
static void cut_and_fill(file *f, size_t first)
{
    static const uint8_t zero[] = {0};
    const size_t at = first + below(f->len - 2 - first);
    memmove(f->bytes + at, f->bytes + f->len - 2, 2);
    f->len = at + 2;
    file longer = with_filler(f, at, zero, 1, 4 + below(3000));
    free(f->bytes);
    *f = longer;
}

static void damage(file *f, size_t first)
{
    const size_t times = 1 + below(3);
    const int what = (int)below(6);
    if (what == 5)
        cut_and_fill(f, first);
    for (size_t i = 0; i < times && what < 5; i++)
        if (what == 4)
            cut(f, first);
        else
            overwrite(f, first, what);
}

/* The end of the first SOS marker's segment: headers that are overwritten are another matter. */
static size_t start_of_scan(const file *f)
{
    for (size_t i = 2; i + 3 < f->len;) {
        const size_t next = i + 2 + (size_t)(f->bytes[i + 2] << 8 | f->bytes[i + 3]);
        if (f->bytes[i + 1] == 0xda)
            return next;
        i = next;
    }
    fail_msg("no scan");
    return 0;
}

static void damage_is_no_remark(void **state)
{
    (void)state;
    enum { TRIES = 1500 };
    for (kind k = 0; k < KINDS; k++) {
        file f = encode(k);
        hl_image sound, img;
        size_t refused = 0;
        assert_int_equal(decode(&sound, &f), 0);
        for (int i = 0; i < TRIES; i++) {
            file bad = {hl_malloc(f.len, 1), f.len};
            memcpy(bad.bytes, f.bytes, f.len);
            damage(&bad, start_of_scan(&f));
            if (decode(&img, &bad))
                refused++;
            else if (img.remarks && !same_pixels(&img, &sound))
                fail_msg("%s: damaged file %d passes with a remark", kind_names[k], i);
            hl_image_free(&img);
            free(bad.bytes);
        }
        print_message("%s: %zu of %d damaged files of %zu bytes are refused\n", kind_names[k],
                      refused, TRIES, f.len);
        assert_true(refused > TRIES / 3);
        hl_image_free(&sound);
        free(f.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filler_is_a_remark),
        cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(the_start_of_a_filler),
        cmocka_unit_test(damage_is_no_remark),
    };
    rng = hl_rng_make(1, "test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

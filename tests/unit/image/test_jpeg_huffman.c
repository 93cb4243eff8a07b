/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JPEG files as hilum decodes them against libjpeg alone, to the byte: qualities, sizes, kinds of
 * subsampling, restarts, optimised tables; and files with damage, which must be refused by both, or
 * have the same pixels.
 */
#include "base/mem.h"
#include "base/rng.h"
#include "image/image.h"
#include "image/jpeg_huffman.h"
#include "image/remarks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>

#include <cmocka.h>

typedef struct kind {
    unsigned height, width;
    int components, quality, horizontal, vertical; /* sampling factors of the luminance */
    unsigned restart_mcus;
    bool optimised, progressive;
    int noise; /* 0 to 255 */
} kind;

typedef struct file {
    unsigned char *bytes;
    unsigned long len;
} file;

static file encode(const kind *k, hl_rng *rng)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    file f = {0};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &f.bytes, &f.len);
    jpeg.image_height = k->height;
    jpeg.image_width = k->width;
    jpeg.input_components = k->components;
    jpeg.in_color_space = k->components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, k->quality, TRUE);
    jpeg.comp_info[0].h_samp_factor = k->horizontal;
    jpeg.comp_info[0].v_samp_factor = k->vertical;
    jpeg.restart_interval = k->restart_mcus;
    jpeg.optimize_coding = k->optimised;
    if (k->progressive)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    const size_t n = (size_t)k->width * (size_t)k->components;
    JSAMPROW row = hl_malloc(n, 1);
    for (unsigned y = 0; y < k->height; y++) {
        for (size_t x = 0; x < n; x++)
            row[x] = (JSAMPLE)((x * 2 + y * 3) % 256 / 2 +
                               (unsigned)(hl_rng_uniform(rng) * k->noise) / 2);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    free(row);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return f;
}

/* ---- libjpeg alone ---- */

typedef struct plain {
    struct jpeg_error_mgr errors;
    jmp_buf give_up;
    uint8_t *pixels;
    size_t bytes;
    bool sound; /* no warning */
} plain;

_Noreturn static void on_error(j_common_ptr jpeg)
{
    longjmp(((plain *)jpeg->client_data)->give_up, 1);
}

static void on_message(j_common_ptr jpeg, int level)
{
    plain *p = jpeg->client_data;
    p->sound &= level >= 0 || jpeg->err->msg_code == JWRN_JFIF_MAJOR;
}

static void decode_plainly(struct jpeg_decompress_struct *jpeg, plain *p, const file *f)
{
    jpeg_mem_src(jpeg, f->bytes, f->len);
    jpeg_read_header(jpeg, TRUE);
    jpeg_start_decompress(jpeg);
    const size_t stride = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
    p->bytes = stride * jpeg->output_height;
    p->pixels = hl_malloc(p->bytes, 1);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = p->pixels + jpeg->output_scanline * stride;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_decompress(jpeg);
}

static void run_plainly(plain *p, const file *f)
{
    struct jpeg_decompress_struct jpeg;
    jpeg.err = jpeg_std_error(&p->errors);
    jpeg.client_data = p;
    p->errors.error_exit = on_error;
    p->errors.emit_message = on_message;
    p->pixels = NULL;
    p->sound = true;
    jpeg_create_decompress(&jpeg);
    if (setjmp(p->give_up))
        p->sound = false;
    else
        decode_plainly(&jpeg, p, f);
    jpeg_destroy_decompress(&jpeg);
}

/* ---- comparisons ---- */

/* Returns whether the file can be read. */
static bool compare(const file *f)
{
    plain p;
    hl_image img;
    hl_err e;
    uint8_t *copy = hl_malloc(f->len, 1); /* of exactly that size, for sanitizers */
    memcpy(copy, f->bytes, f->len);
    const int status = hl_image_decode(&img, "file", copy, f->len, &e);
    free(copy);
    run_plainly(&p, f);
    if (p.sound && status == 0 && (size_t)img.file_channels == p.bytes / img.height / img.width) {
        for (size_t i = 0; i < img.height * img.width; i++)
            for (int c = 0; c < img.channels; c++)
                assert_int_equal(img.pixels[i * (size_t)img.channels + (size_t)c],
                                 p.pixels[i * (size_t)img.file_channels + (size_t)c]);
    }
    /* Bytes that nobody needs are a warning of libjpeg's, and a remark here. */
    if (status == 0 && !p.sound)
        assert_true(img.remarks & HL_REMARK_EXTRA_BYTES);
    if (status == 0)
        hl_image_free(&img);
    free(p.pixels);
    return status == 0;
}

/* Decodes with the decoder under test until it stops: whether it did so before the end. */
static bool stops(const file *f, bool *installed)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, f->bytes, f->len);
    jpeg_read_header(&jpeg, TRUE);
    jpeg_start_decompress(&jpeg);
    hl_jpeg_huffman *h = hl_jpeg_huffman_install(&jpeg);
    *installed = h;
    JSAMPROW row = hl_malloc(jpeg.output_width, (size_t)jpeg.output_components);
    while (jpeg.output_scanline < jpeg.output_height && jpeg_read_scanlines(&jpeg, &row, 1))
        ;
    const bool stopped = jpeg.output_scanline < jpeg.output_height;
    free(row);
    jpeg_destroy_decompress(&jpeg);
    hl_jpeg_huffman_free(h);
    return stopped;
}

static const kind kinds[] = {
    {1, 1, 1, 75, 1, 1, 0, false, false, 255},    {64, 64, 1, 100, 1, 1, 0, false, false, 255},
    {64, 64, 1, 100, 1, 1, 0, true, false, 255},  {61, 83, 1, 90, 1, 1, 11, true, false, 120},
    {61, 83, 1, 90, 1, 1, 1, false, false, 120},  {200, 120, 1, 50, 1, 1, 0, true, false, 20},
    {100, 100, 1, 1, 1, 1, 3, true, false, 0},    {120, 90, 1, 95, 2, 2, 0, false, false, 60},
    {64, 64, 3, 100, 1, 1, 0, true, false, 255},  {65, 47, 3, 92, 2, 1, 0, false, false, 100},
    {65, 47, 3, 92, 2, 2, 2, true, false, 100},   {33, 140, 3, 30, 1, 2, 9, false, false, 200},
    {300, 300, 1, 98, 1, 1, 38, true, false, 80},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void test_kinds(void **state)
{
    (void)state;
    hl_rng rng = hl_rng_make(1, "kinds");
    for (size_t i = 0; i < KINDS; i++) {
        const file f = encode(&kinds[i], &rng);
        bool installed;
        assert_true(compare(&f));
        assert_false(stops(&f, &installed));
        assert_true(installed);
        free(f.bytes);
    }
}

/* Blocks whose last coefficient is not zero have no code for their end: the look-up of two
 * coefficients at once must not take the next block's. Noise at the highest quality has them. */
static void test_full_blocks(void **state)
{
    (void)state;
    hl_rng rng = hl_rng_make(2, "full blocks");
    for (int i = 0; i < 40; i++) {
        const kind k = {40, 40, 1, 96 + i % 5, 1, 1, 0, i % 2, false, 5 + 6 * i};
        const file f = encode(&k, &rng);
        bool installed;
        assert_true(compare(&f));
        assert_false(stops(&f, &installed));
        free(f.bytes);
    }
}

static void test_progressive(void **state)
{
    (void)state;
    hl_rng rng = hl_rng_make(3, "progressive");
    const kind k = {64, 50, 1, 90, 1, 1, 0, true, true, 100};
    const file f = encode(&k, &rng);
    bool installed;
    assert_true(compare(&f));
    assert_false(stops(&f, &installed));
    assert_false(installed);
    free(f.bytes);
}

/* One byte changed at a time, in the header and in the scan. */
static void test_damage(void **state)
{
    (void)state;
    hl_rng rng = hl_rng_make(4, "damage");
    size_t refused = 0, read = 0;
    for (size_t i = 0; i < KINDS; i++) {
        const file f = encode(&kinds[i], &rng);
        for (int n = 0; n < 150; n++) {
            const size_t at = (size_t)(hl_rng_uniform(&rng) * (double)f.len);
            const unsigned char before = f.bytes[at];
            const unsigned flipped = before ^ 1u << n % 8;
            f.bytes[at] = (unsigned char)(n % 3 ? flipped : n % 2 ? 0xffu : 0u);
            *(compare(&f) ? &read : &refused) += 1;
            f.bytes[at] = before;
        }
        free(f.bytes);
    }
    assert_true(refused > 100);
    assert_true(read > 100);
}

static void test_truncated(void **state)
{
    (void)state;
    hl_rng rng = hl_rng_make(5, "truncated");
    const kind k = {40, 40, 1, 90, 1, 1, 5, true, false, 100};
    const file f = encode(&k, &rng);
    for (unsigned long len = f.len - 1; len > f.len / 2; len--)
        assert_false(compare(&(file){f.bytes, len}));
    free(f.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),       cmocka_unit_test(test_full_blocks),
        cmocka_unit_test(test_progressive), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

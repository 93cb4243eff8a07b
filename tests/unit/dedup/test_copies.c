/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Realistic copies: images resized to 0.5 to 1.5 times the side with any filter and written as JPEG
 * of quality 40 to 95. At least 95 % must be grouped with their originals, and at most 1 % of the
 * images may be taken for copies of other images. Runs on phantoms and, if available, on all real
 * X-rays, for which it prints the numbers in docs/results.md.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "data/image_paths.h"
#include "dedup/duplicates.h"
#include "helpers.h"
#include "image/grey.h"
#include "image/load.h"
#include "image/resize.h"
#include "phantom/draw.h"
#include "sys/find_files.h"

#include <math.h>

#include <jpeglib.h>

static void compress(unsigned char **jpeg, unsigned long *size, uint8_t *pixels, size_t height,
                     size_t width, int quality)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, jpeg, size);
    c.image_height = (JDIMENSION)height;
    c.image_width = (JDIMENSION)width;
    c.input_components = 1;
    c.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, quality, TRUE);
    jpeg_start_compress(&c, TRUE);
    for (size_t y = 0; y < height; y++) {
        JSAMPROW row = pixels + y * width;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
}

static void make_copy(hl_fingerprint *f, const hl_image *img, uint64_t seed)
{
    hl_err e;
    hl_rng r = hl_rng_make_bytes(seed, "copy", 4);
    const double scale = 0.5 + hl_rng_uniform(&r);
    const int quality = 40 + (int)(hl_rng_uniform(&r) * 56);
    const hl_filter filters[] = {HL_NEAREST, HL_BILINEAR, HL_BICUBIC, HL_AREA, HL_LANCZOS};
    const hl_filter filter = filters[(size_t)(hl_rng_uniform(&r) * 5)];
    const size_t height = (size_t)lround(scale * (double)img->height);
    const size_t width = (size_t)lround(scale * (double)img->width);
    uint8_t *pixels = hl_malloc(height, width);
    hl_resize(img, filter, HL_STRETCH, height, width, pixels);
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    compress(&jpeg, &size, pixels, height, width, quality);
    free(pixels);
    hl_image copy;
    assert_int_equal(hl_image_decode(&copy, "copy", jpeg, size, &e), 0);
    free(jpeg);
    *f = (hl_fingerprint){.read = true};
    hl_sha256 *s = hl_sha256_new();
    hl_sha256_add(s, &seed, sizeof seed);
    hl_sha256_end(s, f->file);
    hl_fingerprint_make(f, &copy);
    hl_image_free(&copy);
}

typedef struct planted {
    hl_fingerprint *f; /* [n] originals, and [copies] of every step-th of them */
    size_t n, copies, step;
} planted;

static void add_image(planted *p, size_t i, hl_image *img)
{
    p->f[i].read = true;
    hl_image_make_grey(img);
    if (i % p->step == 0)
        make_copy(&p->f[p->n + p->copies++], img, i);
    hl_fingerprint_make(&p->f[i], img);
    hl_image_free(img);
}

/* If two originals are the same file, the group of either is correct. */
static void check(const planted *p, const char *what)
{
    hl_err e;
    const size_t all = p->n + p->copies;
    hl_duplicate *d = hl_malloc(all, sizeof *d), *before = hl_malloc(p->n, sizeof *d);
    assert_int_equal(hl_duplicates_find(before, p->f, p->n, 2, &e), 0);
    assert_int_equal(hl_duplicates_find(d, p->f, all, 2, &e), 0);
    size_t found = 0, wrong = 0, near = 0;
    double least = 1;
    int most = 0;
    for (size_t k = 0; k < p->copies; k++) {
        const size_t of = k * p->step, copy = p->n + k;
        const int bits = hl_hash_distance(p->f[of].hash, p->f[copy].hash);
        const double r = hl_thumb_correlation(p->f[of].thumb, p->f[copy].thumb);
        most = bits > most ? bits : most;
        least = r < least ? r : least;
        found += d[copy].group == before[of].group;
        wrong += d[copy].likeness != HL_ALONE && d[copy].group != before[of].group;
    }
    for (size_t i = 0; i < p->n; i++)
        near += before[i].likeness == HL_NEAR;
    print_message(
        "# %s: %zu images; of %zu copies %zu are found, %zu with another image; at most %d "
        "bits, at least r = %.4f; %zu originals look alike\n",
        what, p->n, p->copies, found, wrong, most, least, near);
    assert_true(found * 100 >= p->copies * 95);
    assert_true((wrong + near) * 100 <= p->n);
    free(before);
    free(d);
}

/* All images of a folder of the real data; skipped if the folder does not exist. */
static void run_shared(const char *name, size_t step)
{
    hl_err e;
    hl_found_files files;
    char dir[1024];
    const char *shared = getenv("HILUM_SHARED");
    snprintf(dir, sizeof dir, "%s/data/%s", shared ? shared : "../shared", name);
    if (access(dir, R_OK)) {
        print_message("# NOT RUN: needs ../shared/data/%s, which is not here\n", name);
        skip();
    }
    assert_int_equal(hl_find_images(&files, dir, &e), 0);
    planted p = {.f = hl_calloc(2 * files.n, sizeof *p.f), .n = files.n, .step = step};
    for (size_t i = 0; i < files.n; i++) {
        hl_image img;
        char *path = hl_image_path(dir, files.paths[i]);
        assert_int_equal(hl_image_read(&img, path, HL_DEPTH_CONTENT, p.f[i].file, &e), 0);
        free(path);
        add_image(&p, i, &img);
    }
    check(&p, name);
    free(p.f);
    hl_found_files_free(&files);
}

/* Two images of each patient, which are similar but not copies. */
static void copies_of_phantoms(void **state)
{
    (void)state;
    enum { PATIENTS = 60 };
    planted p = {.f = hl_calloc(4 * PATIENTS, sizeof *p.f), .n = 2 * PATIENTS, .step = 1};
    for (size_t patient = 0; patient < PATIENTS; patient++) {
        float *body = phantom_body(5, patient, (phantom_kind)(patient % 3));
        for (size_t i = 2 * patient; i < 2 * patient + 2; i++) {
            phantom_image drawn;
            phantom_expose(&drawn, body, 5, patient, i % 2, 180, 260);
            hl_image img = {.pixels = drawn.pixels,
                            .height = drawn.height,
                            .width = drawn.width,
                            .channels = 1};
            memcpy(p.f[i].file, &i, sizeof i);
            add_image(&p, i, &img);
        }
        free(body);
    }
    check(&p, "phantoms");
    free(p.f);
}

static void copies_of_real_images(void **state)
{
    (void)state;
    run_shared("chest_xray", 4);
}

static void copies_of_originals(void **state)
{
    (void)state;
    run_shared("originals", 2);
}

int main(void)
{
    hl_log_quiet(true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_phantoms),
        cmocka_unit_test(copies_of_real_images),
        cmocka_unit_test(copies_of_originals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

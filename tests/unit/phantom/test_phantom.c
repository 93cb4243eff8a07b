/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brightness, size and the like must not predict the label of a phantom, but the lungs must. 200
 * patients with one image each are drawn once for all tests.
 */
#include "image/png_encode.h"
#include "phantom/draw.h"
#include "stats/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENTS = 200, MIN_SIDE = 120, MAX_SIDE = 260, SEED = 1 };
enum { MEAN, DEVIATION, WIDTH, HEIGHT, ASPECT, FILE_SIZE, CRUDE };
enum { CELLS = 14, FEATURES = 2 * CELLS * CELLS };

static double crude[CRUDE][PATIENTS];
static double features[PATIENTS][FEATURES]; /* mean and deviation of each cell of a grid */
static uint8_t sick[PATIENTS];

static phantom_kind kind_of(int patient)
{
    if (patient % 4 == 0)
        return PHANTOM_NORMAL;
    return patient % 3 ? PHANTOM_BACTERIA : PHANTOM_VIRUS;
}

/* Mean and standard deviation of a rectangle of an image. */
static void measure(const phantom_image *img, size_t x0, size_t x1, size_t y0, size_t y1,
                    double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (size_t y = y0; y < y1; y++) {
        for (size_t x = x0; x < x1; x++) {
            const double v = img->pixels[y * img->width + x];
            sum += v;
            squares += v * v;
        }
    }
    const double n = (double)((x1 - x0) * (y1 - y0));
    *mean = sum / n;
    *deviation = sqrt(fmax(0, squares / n - *mean * *mean));
}

static void measure_cells(const phantom_image *img, double *f)
{
    const size_t w = img->width, h = img->height;
    for (size_t y = 0; y < CELLS; y++)
        for (size_t x = 0; x < CELLS; x++, f++)
            measure(img, x * w / CELLS, (x + 1) * w / CELLS, y * h / CELLS, (y + 1) * h / CELLS, f,
                    f + CELLS * CELLS);
}

static int draw_all(void **state)
{
    (void)state;
    for (int p = 0; p < PATIENTS; p++) {
        phantom_image img;
        hl_strbuf png = {0};
        hl_err e;
        float *body = phantom_body(SEED, (uint64_t)p, kind_of(p));
        phantom_expose(&img, body, SEED, (uint64_t)p, 0, MIN_SIDE, MAX_SIDE);
        if (hl_png_encode(&png, img.pixels, img.height, img.width, 1, &e))
            return -1;
        sick[p] = kind_of(p) != PHANTOM_NORMAL;
        measure(&img, 0, img.width, 0, img.height, &crude[MEAN][p], &crude[DEVIATION][p]);
        crude[WIDTH][p] = (double)img.width;
        crude[HEIGHT][p] = (double)img.height;
        crude[ASPECT][p] = (double)img.width / (double)img.height;
        crude[FILE_SIZE][p] = (double)png.len;
        measure_cells(&img, features[p]);
        hl_strbuf_free(&png);
        free(img.pixels);
        free(body);
    }
    return 0;
}

static void crude_measures_do_not_predict_the_label(void **state)
{
    (void)state;
    static const char *const names[CRUDE] = {"mean",   "deviation", "width",
                                             "height", "aspect",    "file size"};
    for (int k = 0; k < CRUDE; k++) {
        const double area = hl_auroc(PATIENTS, crude[k], sick);
        if (!(area >= 0.35 && area <= 0.65))
            fail_msg("the %s predicts the label: AUROC %.3f", names[k], area);
    }
}

static void standardise(void)
{
    for (int f = 0; f < FEATURES; f++) {
        double sum = 0, squares = 0;
        for (int p = 0; p < PATIENTS; p++) {
            sum += features[p][f];
            squares += features[p][f] * features[p][f];
        }
        const double mean = sum / PATIENTS;
        const double deviation = sqrt(fmax(1e-12, squares / PATIENTS - mean * mean));
        for (int p = 0; p < PATIENTS; p++)
            features[p][f] = (features[p][f] - mean) / deviation;
    }
}

static double score(const double *w, int patient)
{
    double z = w[FEATURES];
    for (int f = 0; f < FEATURES; f++)
        z += w[f] * features[patient][f];
    return z;
}

/* Logistic regression with weight decay on the first half, by plain gradient descent. */
static void train(double *w)
{
    enum { STEPS = 200 };
    const double rate = 0.02, decay = 0.02;
    for (int step = 0; step < STEPS; step++) {
        double gradient[FEATURES + 1] = {0};
        for (int p = 0; p < PATIENTS / 2; p++) {
            const double wrong = 1 / (1 + exp(-score(w, p))) - sick[p];
            for (int f = 0; f < FEATURES; f++)
                gradient[f] += wrong * features[p][f] / (PATIENTS / 2);
            gradient[FEATURES] += wrong / (PATIENTS / 2);
        }
        for (int f = 0; f <= FEATURES; f++)
            w[f] -= rate * (gradient[f] + (f < FEATURES ? decay * w[f] : 0));
    }
}

static void lungs_predict_the_label(void **state)
{
    (void)state;
    double w[FEATURES + 1] = {0}, scores[PATIENTS];
    standardise();
    train(w);
    for (int p = 0; p < PATIENTS; p++)
        scores[p] = score(w, p);
    const int half = PATIENTS / 2;
    const double area = hl_auroc((size_t)(PATIENTS - half), scores + half, sick + half);
    if (!(area >= 0.9))
        fail_msg("the lungs of unseen patients predict the label with an AUROC of %.3f only", area);
}

static void same_numbers_same_image(void **state)
{
    (void)state;
    phantom_image img[4];
    for (int i = 0; i < 4; i++) {
        /* again, another image, another patient */
        const uint64_t patient = i == 3 ? 6 : 5, number = i == 2 ? 1 : 0;
        float *body = phantom_body(9, patient, PHANTOM_VIRUS);
        phantom_expose(&img[i], body, 9, patient, number, 64, 64);
        free(body);
        assert_int_equal(img[i].width, 64);
        assert_int_equal(img[i].height, 64);
    }
    assert_memory_equal(img[0].pixels, img[1].pixels, 64 * 64);
    assert_memory_not_equal(img[0].pixels, img[2].pixels, 64 * 64);
    assert_memory_not_equal(img[0].pixels, img[3].pixels, 64 * 64);
    for (int i = 0; i < 4; i++)
        free(img[i].pixels);
}

static void disease_changes_only_the_lungs(void **state)
{
    (void)state;
    float *well = phantom_body(3, 4, PHANTOM_NORMAL);
    float *ill = phantom_body(3, 4, PHANTOM_BACTERIA);
    const size_t last = PHANTOM_GRID - 1, cells = PHANTOM_GRID * PHANTOM_GRID;
    size_t denser = 0;
    for (size_t i = 0; i < cells; i++) {
        assert_true(ill[i] > well[i] - 0.1f);
        denser += ill[i] > well[i] + 0.05f;
    }
    assert_true(denser > cells / 200);
    for (size_t i = 0; i <= last; i++) { /* the edges of the map lie outside the chest */
        assert_true(ill[i] == well[i]);
        assert_true(ill[last * PHANTOM_GRID + i] == well[last * PHANTOM_GRID + i]);
    }
    free(well);
    free(ill);
}

/* The mean density of a body, which a draw in another order changes by 1.6e-4: gcc on aarch64 and
 * clang take a call's arguments from left to right, gcc on x86-64 from right to left. */
static void every_compiler_draws_the_same(void **state)
{
    (void)state;
    float *body = phantom_body(1, 3, PHANTOM_NORMAL);
    double sum = 0;
    for (size_t i = 0; i < (size_t)PHANTOM_GRID * PHANTOM_GRID; i++)
        sum += body[i];
    free(body);
    assert_true(fabs(sum / PHANTOM_GRID / PHANTOM_GRID - 0.605405) < 2e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crude_measures_do_not_predict_the_label),
        cmocka_unit_test(lungs_predict_the_label),
        cmocka_unit_test(same_numbers_same_image),
        cmocka_unit_test(disease_changes_only_the_lungs),
        cmocka_unit_test(every_compiler_draws_the_same),
    };
    return cmocka_run_group_tests(tests, draw_all, NULL);
}

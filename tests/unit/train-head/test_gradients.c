/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gradients of a training step against finite differences of the loss, which this test computes
 * itself, in double: several hidden layers, kernels of several spans, dropout, L2, class weights, a
 * batch of one, standardised features. The number of threads must not change a byte.
 */
#include "base/mem.h"
#include "base/rng.h"
#include "train-head/stepper.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The first kernel has three spans and is large enough to be divided among threads. */
enum { INPUTS = 1300, LAYERS = 3, CLASSES = 3, SAMPLES = 9 };
static const int64_t hidden[LAYERS - 1] = {900, 7};
static const size_t width[LAYERS + 1] = {INPUTS, 900, 7, CLASSES};
static const float class_weights[CLASSES] = {0.5F, 2, 1};

typedef struct fixture {
    nn_head *head;
    train_dataset set;
    train_step_options o;
    double mean[INPUTS], scale[INPUTS]; /* of the features, as this test computes them */
} fixture;

static void start(fixture *f, double dropout, double l2, int threads)
{
    hl_err e;
    hl_rng r = hl_rng_make(1, "test/gradients");
    char *classes[CLASSES] = {"a", "b", "c"};
    assert_int_equal(nn_head_new(&f->head, INPUTS, hidden, LAYERS - 1, classes, CLASSES,
                                 &(hl_feature_space){0}, NULL, 1, &e),
                     0);
    f->set = (train_dataset){.features = hl_malloc(SAMPLES * INPUTS, sizeof(float)),
                             .labels = hl_malloc(SAMPLES, sizeof(int64_t)),
                             .n = SAMPLES,
                             .width = INPUTS};
    for (size_t i = 0; i < SAMPLES * INPUTS; i++)
        f->set.features[i] = (float)(2 * hl_rng_uniform(&r) - 1);
    for (size_t i = 0; i < SAMPLES; i++)
        f->set.labels[i] = (int64_t)(i % CLASSES);
    f->o = (train_step_options){.optimizer = TRAIN_SGD,
                                .rate = 1,
                                .dropout = dropout,
                                .l2 = l2,
                                .class_weights = class_weights,
                                .seed = 3,
                                .threads = threads};
    for (size_t j = 0; j < INPUTS; j++) {
        f->mean[j] = 0;
        f->scale[j] = 1;
    }
}

/* Mean and deviation in two passes, in double. */
static void measure_features(fixture *f)
{
    for (size_t j = 0; j < INPUTS; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < SAMPLES; i++)
            sum += (double)f->set.features[i * INPUTS + j];
        f->mean[j] = sum / SAMPLES;
        for (size_t i = 0; i < SAMPLES; i++)
            squares += pow((double)f->set.features[i * INPUTS + j] - f->mean[j], 2);
        f->scale[j] = squares > 0 ? sqrt(squares / SAMPLES) : 1;
    }
}

/* Gives the features very different scales, one of them constant; the head standardises them. */
static void standardize(fixture *f)
{
    hl_err e;
    for (size_t i = 0; i < SAMPLES * INPUTS; i++) {
        float *x = &f->set.features[i];
        const size_t j = i % INPUTS;
        *x = j == 7 ? 3 : *x * (j % 3 ? 0.01F : 40) + (j % 2 ? 20 : 0);
    }
    measure_features(f);
    assert_int_equal(nn_head_standardize(f->head, SAMPLES, train_dataset_read, &f->set, &e), 0);
    const nn_standardizer *s = nn_head_standardizer(f->head);
    assert_int_equal(s->width, INPUTS);
    for (size_t j = 0; j < INPUTS; j++) {
        assert_true(fabs((double)s->mean[j] - f->mean[j]) <= 1e-6 * (1 + fabs(f->mean[j])));
        assert_true(fabs((double)s->scale[j] - f->scale[j]) <= 1e-6 * f->scale[j]);
        f->mean[j] = (double)s->mean[j]; /* 20.00x as F32 is 1e-4 of a small deviation away */
    }
    assert_true(s->scale[7] == 1);
}

static void end(fixture *f)
{
    nn_head_free(f->head);
    free(f->set.features);
    free(f->set.labels);
}

/* ---- the loss, independently ---- */

/* Output of layer i, after ReLU and dropout if it is hidden; x: [n, width[i]]. */
static double *layer(const fixture *f, double *const *params, size_t i, const double *x, size_t n)
{
    const double *kernel = params[2 * i], *bias = params[2 * i + 1];
    const size_t units = width[i + 1];
    const bool is_hidden = i + 1 < LAYERS;
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train/dropout/1/%zu", i);
    hl_rng r = hl_rng_make(f->o.seed, purpose);
    double *y = hl_malloc(n * units, sizeof *y);
    for (size_t s = 0; s < n; s++) {
        double *row = y + s * units;
        memcpy(row, bias, units * sizeof *row);
        for (size_t j = 0; j < width[i]; j++)
            for (size_t k = 0; k < units; k++)
                row[k] += x[s * width[i] + j] * kernel[j * units + k];
        for (size_t k = 0; k < units && is_hidden; k++) {
            row[k] = fmax(row[k], 0);
            if (f->o.dropout > 0)
                row[k] *= hl_rng_uniform(&r) < f->o.dropout ? 0 : 1 / (1 - f->o.dropout);
        }
    }
    return y;
}

/* Standardised features of a batch: [n, INPUTS]. */
static double *batch_of(const fixture *f, const int64_t *rows, size_t n)
{
    double *x = hl_malloc(n * INPUTS, sizeof *x);
    for (size_t s = 0; s < n; s++)
        for (size_t j = 0; j < INPUTS; j++)
            x[s * INPUTS + j] =
                ((double)f->set.features[(size_t)rows[s] * INPUTS + j] - f->mean[j]) / f->scale[j];
    return x;
}

/* What a step minimises, without the L2 of the layers before `first`; input: [n, width[first]], of
 * that layer. */
static double loss_from(const fixture *f, double *const *params, size_t first, const double *input,
                        const int64_t *rows, size_t n)
{
    double *x = NULL, loss = 0;
    for (size_t i = first; i < LAYERS; i++) {
        double *y = layer(f, params, i, x ? x : input, n);
        free(x);
        x = y;
    }
    for (size_t s = 0; s < n; s++) {
        const int64_t label = f->set.labels[rows[s]];
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++)
            sum += exp(x[s * CLASSES + k]);
        loss +=
            (double)class_weights[label] * (log(sum) - x[s * CLASSES + (size_t)label]) / (double)n;
    }
    free(x);
    for (size_t i = first; i < LAYERS && f->o.l2 > 0; i++)
        for (size_t k = 0; k < width[i] * width[i + 1]; k++)
            loss += f->o.l2 * params[2 * i][k] * params[2 * i][k];
    return loss;
}

static double loss_of(const fixture *f, double *const *params, const int64_t *rows, size_t n)
{
    fixture without_l2 = *f;
    without_l2.o.l2 = 0;
    double *x = batch_of(f, rows, n);
    const double loss = loss_from(&without_l2, params, 0, x, rows, n);
    free(x);
    return loss;
}

/* ---- comparing ---- */

static void copy_params(const fixture *f, double **params)
{
    for (size_t i = 0; i < 2 * LAYERS; i++) {
        const nn_param p = nn_head_param(f->head, i);
        params[i] = hl_malloc(p.n, sizeof *params[i]);
        for (size_t k = 0; k < p.n; k++)
            params[i][k] = (double)p.values[k];
    }
}

/* Central difference of the loss in one value of a parameter of the layer with this input. */
static double finite_difference(const fixture *f, double *const *params, size_t param, size_t at,
                                const double *input, const int64_t *rows, size_t n)
{
    static const double step = 1e-5;
    const double before = params[param][at];
    params[param][at] = before + step;
    const double up = loss_from(f, params, param / 2, input, rows, n);
    params[param][at] = before - step;
    const double down = loss_from(f, params, param / 2, input, rows, n);
    params[param][at] = before;
    return (up - down) / (2 * step);
}

/* A step of SGD at a rate of 1 subtracts the gradient. */
static void compare(const fixture *f, double *const *params, const int64_t *rows, size_t n)
{
    hl_rng r = hl_rng_make(2, "test/gradients/places");
    double *input = batch_of(f, rows, n);
    for (size_t i = 0; i < 2 * LAYERS; i++) {
        const nn_param p = nn_head_param(f->head, i);
        double error = 0, norm = 0;
        for (int k = 0; k < 12; k++) {
            const size_t at = hl_rng_below(&r, p.n);
            const double expected = finite_difference(f, params, i, at, input, rows, n);
            const double found = params[i][at] - (double)p.values[at];
            error += (found - expected) * (found - expected);
            norm += expected * expected;
        }
        if (!(sqrt(error) <= 1e-4 * sqrt(norm) + 1e-7))
            fail_msg("parameter %zu: error %.2e of %.2e", i, sqrt(error), sqrt(norm));
        if (i % 2) {
            double *output = layer(f, params, i / 2, input, n);
            free(input);
            input = output;
        }
    }
    free(input);
}

static void check_step(double dropout, double l2, size_t n, bool standardized)
{
    static const int64_t rows[SAMPLES] = {4, 0, 7, 2, 8, 1};
    fixture f;
    hl_err e;
    train_sums sums = {0};
    double *params[2 * LAYERS];
    start(&f, dropout, l2, 2);
    if (standardized)
        standardize(&f);
    copy_params(&f, params);
    const double expected = loss_of(&f, params, rows, n);
    train_stepper *t = train_stepper_new(f.head, &f.set, NULL, &f.o);
    assert_int_equal(train_stepper_step(t, rows, n, &sums, &e), 0);
    assert_true(fabs(sums.loss / (double)sums.n - expected) <= 1e-5 * fabs(expected));
    compare(&f, params, rows, n);
    train_stepper_free(t);
    for (size_t i = 0; i < 2 * LAYERS; i++)
        free(params[i]);
    end(&f);
}

static void plain(void **state)
{
    (void)state;
    check_step(0, 0, 6, false);
}

static void on_standardized_features(void **state)
{
    (void)state;
    check_step(0, 0.01, 6, true);
}

/* Gradient of a logit with respect to the features, against finite differences. */
static void with_respect_to_features(void **state)
{
    (void)state;
    fixture f;
    hl_err e;
    start(&f, 0, 0, 1);
    standardize(&f);
    float gradient[INPUTS], x[INPUTS], logits[CLASSES];
    double norm = 0, difference = 0;
    memcpy(x, f.set.features, sizeof x);
    nn_head_gradient(f.head, x, 1, gradient);
    for (size_t j = 0; j < INPUTS; j += 13) {
        double at[2];
        const float step = (float)(f.scale[j] * 0.02);
        for (int up = 0; up < 2; up++) {
            x[j] = f.set.features[j] + (up ? step : -step);
            assert_int_equal(nn_head_logits(f.head, 1, x, 1, logits, &e), 0);
            at[up] = (double)logits[1];
        }
        x[j] = f.set.features[j];
        const double expected = (at[1] - at[0]) / (2 * (double)step);
        difference += pow(((double)gradient[j] - expected) * f.scale[j], 2);
        norm += pow(expected * f.scale[j], 2);
    }
    assert_true(norm > 0);
    if (!(difference <= 1e-3 * norm))
        fail_msg("difference %.2e of %.2e", sqrt(difference), sqrt(norm));
    end(&f);
}

static void of_one_sample(void **state)
{
    (void)state;
    check_step(0, 0, 1, false);
}

static void with_dropout_and_l2(void **state)
{
    (void)state;
    check_step(0.3, 0.01, 6, false);
}

/* Takes a few steps of Adam, the last of them with a smaller batch. */
static void train(fixture *f, int threads)
{
    static const int64_t rows[SAMPLES] = {4, 0, 7, 2, 8, 1, 3, 5, 6};
    hl_err e;
    train_sums sums = {0};
    start(f, 0.3, 0.01, threads);
    f->o.optimizer = TRAIN_ADAM;
    f->o.rate = 1e-3;
    train_stepper *t = train_stepper_new(f->head, &f->set, &f->set, &f->o);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(train_stepper_step(t, rows + 4 * i, i < 2 ? 4 : 1, &sums, &e), 0);
    assert_int_equal(train_stepper_validate(t, &sums, &e), 0);
    assert_true(isfinite(sums.loss) && train_stepper_is_finite(t));
    train_stepper_free(t);
}

static void on_any_number_of_threads(void **state)
{
    (void)state;
    static const int threads[] = {2, 3, 7};
    fixture one, many;
    train(&one, 1);
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        train(&many, threads[k]);
        for (size_t i = 0; i < 2 * LAYERS; i++) {
            const nn_param a = nn_head_param(one.head, i), b = nn_head_param(many.head, i);
            assert_memory_equal(a.values, b.values, a.n * sizeof *a.values);
        }
        end(&many);
    }
    end(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),
        cmocka_unit_test(of_one_sample),
        cmocka_unit_test(with_dropout_and_l2),
        cmocka_unit_test(on_standardized_features),
        cmocka_unit_test(with_respect_to_features),
        cmocka_unit_test(on_any_number_of_threads),
    };
    return cmocka_run_group_tests_name("gradients of a head", tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weighted binary metrics and curves against scikit-learn: tests/data/metrics/weighted_NAME.json,
 * from tests/parity/make_binary_data.py.
 */
#include "base/mem.h"
#include "format/json.h"
#include "stats/binary_metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double tolerance = 1e-12;
enum { POINTS = 11 };

static double number(const json_t *list, size_t i)
{
    return json_number_value(json_array_get(list, i));
}

static void close_to(const char *what, double found, double expected)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s: expected %.17g, found %.17g", what, expected, found);
}

typedef struct fixture {
    json_t *json;
    hl_binary b;
    uint32_t *weight;
} fixture;

static void start(fixture *f, const char *name)
{
    char path[128];
    const char *file;
    hl_err e;
    snprintf(path, sizeof path, "tests/data/metrics/weighted_%s.json", name);
    f->json = hl_json_read(path, &file, &e);
    if (!f->json)
        fail_msg("%s", e.msg);
    const json_t *p = json_object_get(f->json, "p");
    const size_t n = json_array_size(p);
    double *score = hl_malloc(n, sizeof *score);
    uint8_t *positive = hl_malloc(n, 1), *predicted = hl_malloc(n, 1);
    f->weight = hl_malloc(n, sizeof *f->weight);
    for (size_t i = 0; i < n; i++) {
        score[i] = number(p, i);
        positive[i] = number(json_object_get(f->json, "positive"), i) > 0;
        predicted[i] = number(json_object_get(f->json, "predicted"), i) > 0;
        f->weight[i] = (uint32_t)number(json_object_get(f->json, "weight"), i);
    }
    hl_binary_init(&f->b, n, score, positive, predicted);
    free(score);
    free(positive);
    free(predicted);
}

static void end(fixture *f)
{
    hl_binary_free(&f->b);
    free(f->weight);
    json_decref(f->json);
}

static void test_metrics(void **state)
{
    fixture f;
    double found[HL_BINARY_METRICS];
    start(&f, *state);
    hl_binary_metrics_compute(&f.b, f.weight, found);
    const json_t *expected = json_object_get(f.json, "figures");
    assert_int_equal(json_object_size(expected), HL_BINARY_METRICS);
    for (int i = 0; i < HL_BINARY_METRICS; i++)
        close_to(hl_binary_metric_names[i], found[i],
                 json_number_value(json_object_get(expected, hl_binary_metric_names[i])));
    end(&f);
}

static void test_curves(void **state)
{
    fixture f;
    double roc[POINTS], precision[POINTS], found[POINTS];
    hl_curves c = {roc, precision, found};
    start(&f, *state);
    hl_binary_curves(&f.b, f.weight, POINTS, &c);
    const json_t *expected = json_object_get(f.json, "curves");
    for (size_t i = 0; i < POINTS; i++) {
        close_to("roc", roc[i], number(json_object_get(expected, "roc"), i));
        close_to("precision", precision[i], number(json_object_get(expected, "precision"), i));
        close_to("found", found[i], number(json_object_get(expected, "found"), i));
    }
    end(&f);
}

/* 0.9 +, 0.8 -, 0.7 +, 0.6 +, 0.5 -, 0.4 -, 0.3 +, 0.2 -; computed by hand. */
static void test_thresholds(void **state)
{
    (void)state;
    static const double p[] = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2};
    static const uint8_t positive[] = {1, 0, 1, 1, 0, 0, 1, 0};
    hl_binary b;
    hl_binary_init(&b, 8, p, positive, positive);
    close_to("sensitivity 0.75", hl_binary_threshold(&b, true, 0.75), 0.6);
    /* 0.7 reaches it, too, with the same specificity, but finds one positive sample less. */
    close_to("sensitivity 0.50", hl_binary_threshold(&b, true, 0.50), 0.6);
    close_to("sensitivity 0.76", hl_binary_threshold(&b, true, 0.76), 0.3);
    close_to("specificity 0.75", hl_binary_threshold(&b, false, 0.75), 0.6);
    close_to("specificity 0.76", hl_binary_threshold(&b, false, 0.76), 0.9);
    close_to("specificity 0.25", hl_binary_threshold(&b, false, 0.25), 0.3);
    const hl_binary_rates a = hl_binary_at(&b, NULL, 0.6);
    close_to("sensitivity", a.sensitivity, 0.75);
    close_to("specificity", a.specificity, 0.75);
    close_to("ppv", a.ppv, 0.75);
    close_to("npv", a.npv, 0.75);
    hl_binary_free(&b);
    /* The highest score is that of a negative: the specificity is 1 only above all scores. */
    static const uint8_t inverse[] = {0, 1};
    hl_binary_init(&b, 2, p, inverse, inverse);
    assert_true(isinf(hl_binary_threshold(&b, false, 1)));
    hl_binary_free(&b);
    hl_binary_init(&b, 2, p, (const uint8_t[]){1, 1}, inverse);
    assert_true(isnan(hl_binary_threshold(&b, true, 0.5)));
    hl_binary_free(&b);
}

/* Altman and Bland 1994: sensitivity 0.90, specificity 0.80, prevalence 0.10. */
static void test_prevalence(void **state)
{
    (void)state;
    close_to("ppv", hl_ppv_at(0.9, 0.8, 0.1), 0.09 / (0.09 + 0.18));
    close_to("npv", hl_npv_at(0.9, 0.8, 0.1), 0.72 / (0.72 + 0.01));
}

int main(void)
{
#define ON(test, name)                                                                             \
    {                                                                                              \
#test "_" name, test, NULL, NULL, name                                                     \
    }
    const struct CMUnitTest tests[] = {
        ON(test_metrics, "plain"),         ON(test_metrics, "counts"),
        ON(test_metrics, "ties"),          ON(test_curves, "plain"),
        ON(test_curves, "counts"),         ON(test_curves, "ties"),
        cmocka_unit_test(test_thresholds), cmocka_unit_test(test_prevalence),
    };
#undef ON
    return cmocka_run_group_tests_name("binary metrics", tests, NULL, NULL);
}

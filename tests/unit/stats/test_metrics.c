/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Metrics against scikit-learn: tests/data/metrics/NAME.json, from
 * tests/parity/make_metrics_references.py. Run from the root of the source tree.
 */
#include "base/mem.h"
#include "format/json.h"
#include "stats/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const double tolerance = 1e-12;

typedef struct reference {
    json_t *json;
    size_t n, nclasses;
    uint32_t *labels, *predicted;
    double *p;
} reference;

static uint32_t *load_indices(const json_t *list)
{
    uint32_t *v = hl_malloc(json_array_size(list), sizeof *v);
    for (size_t i = 0; i < json_array_size(list); i++)
        v[i] = (uint32_t)json_integer_value(json_array_get(list, i));
    return v;
}

static reference load(const char *name)
{
    char path[256];
    const char *file;
    hl_err e = {""};
    reference r = {0};
    snprintf(path, sizeof path, "tests/data/metrics/%s.json", name);
    r.json = hl_json_read(path, &file, &e);
    if (!r.json)
        fail_msg("%s", e.msg);
    const json_t *p = json_object_get(r.json, "p");
    r.n = json_array_size(p);
    r.nclasses = (size_t)json_integer_value(json_object_get(r.json, "classes"));
    r.labels = load_indices(json_object_get(r.json, "labels"));
    r.predicted = load_indices(json_object_get(r.json, "predicted"));
    r.p = hl_malloc(r.n * r.nclasses, sizeof *r.p);
    for (size_t i = 0; i < r.n * r.nclasses; i++)
        r.p[i] =
            json_number_value(json_array_get(json_array_get(p, i / r.nclasses), i % r.nclasses));
    return r;
}

static void release(reference *r)
{
    json_decref(r->json);
    free(r->labels);
    free(r->predicted);
    free(r->p);
}

static void same(const char *what, const json_t *expected, double found)
{
    assert_non_null(expected);
    if (json_is_null(expected)) {
        if (!isnan(found))
            fail_msg("%s: expected NaN, found %.17g", what, found);
        return;
    }
    assert_true(json_is_number(expected));
    const double v = json_number_value(expected);
    if (!(fabs(v - found) <= tolerance))
        fail_msg("%s: expected %.17g, found %.17g", what, v, found);
}

static void same_class(const json_t *expected, const hl_class_metrics *found)
{
    same("precision", json_object_get(expected, "precision"), found->precision);
    same("recall", json_object_get(expected, "recall"), found->recall);
    same("f1", json_object_get(expected, "f1"), found->f1);
}

static void compare(void **state)
{
    reference r = load(*state);
    hl_metrics m;
    hl_metrics_compute(&m, r.n, r.nclasses, r.labels, r.predicted, r.p);
    assert_int_equal(m.n, r.n);
    assert_int_equal(m.nclasses, r.nclasses);
    const json_t *confusion = json_object_get(r.json, "confusion");
    const json_t *classes = json_object_get(r.json, "per_class");
    for (size_t k = 0; k < r.nclasses; k++) {
        const json_t *row = json_array_get(confusion, k), *c = json_array_get(classes, k);
        for (size_t j = 0; j < r.nclasses; j++)
            assert_int_equal(json_integer_value(json_array_get(row, j)),
                             m.confusion[k * r.nclasses + j]);
        same_class(c, &m.classes[k]);
        assert_int_equal(json_integer_value(json_object_get(c, "support")), m.classes[k].support);
    }
    same_class(json_object_get(r.json, "macro"), &m.macro);
    same_class(json_object_get(r.json, "weighted"), &m.weighted);
    assert_int_equal(m.macro.support, r.n);
    same("accuracy", json_object_get(r.json, "accuracy"), m.accuracy);
    same("auroc", json_object_get(r.json, "auroc"), m.auroc);
    same("log_loss", json_object_get(r.json, "log_loss"), m.log_loss);
    hl_metrics_free(&m);
    release(&r);
}

static void no_samples(void **state)
{
    (void)state;
    hl_metrics m;
    hl_metrics_compute(&m, 0, 2, NULL, NULL, NULL);
    assert_true(m.n == 0 && m.accuracy == 0 && m.log_loss == 0 && m.macro.recall == 0);
    assert_true(isnan(m.auroc));
    hl_metrics_free(&m);
}

static void area_counts_ties_half(void **state)
{
    (void)state;
    const double score[] = {0.1, 0.5, 0.5, 0.9};
    const uint8_t positive[] = {0, 0, 1, 1};
    assert_true(hl_auroc(4, score, positive) == 3.5 / 4);
    const uint8_t none[] = {0, 0, 0, 0};
    assert_true(isnan(hl_auroc(4, score, none)));
    assert_true(isnan(hl_auroc(0, NULL, NULL)));
}

#define CASE(name)                                                                                 \
    {                                                                                              \
        "scikit-learn: " name, compare, NULL, NULL, name                                           \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("binary"),
        CASE("ties"),
        CASE("constant"),
        CASE("certain"),
        CASE("never_predicted"),
        CASE("one_class_only"),
        CASE("one_sample"),
        CASE("classes_3"),
        CASE("classes_4"),
        CASE("classes_5"),
        CASE("no_support"),
        CASE("ties_3"),
        cmocka_unit_test(no_samples),
        cmocka_unit_test(area_counts_ties_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

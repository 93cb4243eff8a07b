/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DeLong's test against its O(n^2) definition, McNemar's and Holm's against statsmodels:
 * tests/data/compare/significance.json, made by tests/parity/make_compare_data.py.
 */
#include "base/mem.h"
#include "compare/mcnemar.h"
#include "format/json.h"
#include "stats/delong.h"
#include "stats/holm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const double tolerance = 1e-12;

static json_t *load(void)
{
    const char *file;
    hl_err e;
    json_t *o = hl_json_read("tests/data/compare/significance.json", &file, &e);
    if (!o)
        fail_msg("%s", e.msg);
    return o;
}

static double real(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static void close_to(const char *what, double found, double expected)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s: found %.17g, expected %.17g", what, found, expected);
}

static double *reals(const json_t *list)
{
    double *v = hl_malloc(json_array_size(list), sizeof *v);
    for (size_t i = 0; i < json_array_size(list); i++)
        v[i] = json_number_value(json_array_get(list, i));
    return v;
}

static void test_delong(void **state)
{
    (void)state;
    json_t *all = load();
    const json_t *cases = json_object_get(all, "delong");
    assert_int_equal(json_array_size(cases), 3);
    for (size_t k = 0; k < json_array_size(cases); k++) {
        const json_t *o = json_array_get(cases, k), *want = json_object_get(o, "expected");
        const size_t n = json_array_size(json_object_get(o, "a"));
        double *a = reals(json_object_get(o, "a")), *b = reals(json_object_get(o, "b"));
        double *label = reals(json_object_get(o, "positive"));
        uint8_t *positive = hl_malloc(n, 1);
        for (size_t i = 0; i < n; i++)
            positive[i] = label[i] > 0;
        const hl_delong_result r = hl_delong_compare(n, positive, a, b);
        close_to("AUROC of a", r.a, real(want, "a"));
        close_to("AUROC of b", r.b, real(want, "b"));
        close_to("variance", r.variance, real(want, "variance"));
        close_to("z", r.z, real(want, "z"));
        close_to("p", r.p, real(want, "p"));
        const hl_delong_result same = hl_delong_compare(n, positive, a, a);
        close_to("p of a model and itself", same.p, 1);
        free(a);
        free(b);
        free(label);
        free(positive);
    }
    assert_true(
        isnan(hl_delong_compare(2, (uint8_t[]){1, 1}, (double[]){1, 2}, (double[]){2, 1}).p));
    json_decref(all);
}

static void test_mcnemar(void **state)
{
    (void)state;
    json_t *all = load();
    const json_t *cases = json_object_get(all, "mcnemar");
    assert_int_equal(json_array_size(cases), 6);
    for (size_t k = 0; k < json_array_size(cases); k++) {
        const json_t *o = json_array_get(cases, k);
        const compare_mcnemar_result r =
            compare_mcnemar((uint64_t)real(o, "only_a"), (uint64_t)real(o, "only_b"));
        assert_int_equal(r.exact, json_is_true(json_object_get(o, "exact")));
        close_to("statistic", r.statistic, real(o, "statistic"));
        close_to("p", r.p, real(o, "p"));
    }
    json_decref(all);
}

static void test_holm(void **state)
{
    (void)state;
    json_t *all = load();
    const json_t *cases = json_object_get(all, "holm");
    assert_int_equal(json_array_size(cases), 3);
    for (size_t k = 0; k < json_array_size(cases); k++) {
        const json_t *o = json_array_get(cases, k);
        const size_t n = json_array_size(json_object_get(o, "p"));
        double *p = reals(json_object_get(o, "p")), *want = reals(json_object_get(o, "adjusted"));
        hl_holm_adjust(p, n);
        for (size_t i = 0; i < n; i++)
            close_to("p", p[i], want[i]);
        free(p);
        free(want);
    }
    double p[] = {0.04, NAN, 0.01}; /* an undefined p does not count */
    hl_holm_adjust(p, 3);
    close_to("p", p[0], 0.04);
    close_to("p", p[2], 0.02);
    assert_true(isnan(p[1]));
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delong),
        cmocka_unit_test(test_mcnemar),
        cmocka_unit_test(test_holm),
    };
    return cmocka_run_group_tests_name("tests of differences", tests, NULL, NULL);
}

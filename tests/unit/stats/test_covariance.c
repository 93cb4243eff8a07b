/* SPDX-License-Identifier: BSD-2-Clause */
/* Shrinkage against tests/data/outlier/oas.json, which tests/parity/make_outlier_references.py
 * computed with numpy from Chen's formula; whitening against its definition. */
#include "helpers.h"
#include "stats/covariance.h"

#include <jansson.h>
#include <math.h>

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static void shrink_one(const json_t *one)
{
    const json_t *rows = json_object_get(one, "covariance"), *to = json_object_get(one, "shrunk");
    const size_t d = json_array_size(rows);
    double cov[64], shrinkage;
    assert_true(d * d <= COUNT(cov));
    for (size_t i = 0; i < d * d; i++)
        cov[i] = json_number_value(json_array_get(json_array_get(rows, i / d), i % d));
    assert_int_equal(hl_shrink_oas(cov, d, (uint64_t)number(one, "n"), &shrinkage), 0);
    const double expected_shrinkage = number(one, "shrinkage");
    if (fabs(shrinkage - expected_shrinkage) > 1e-6 * expected_shrinkage)
        fail_msg("shrinkage: expected %.9g, found %.9g", expected_shrinkage, shrinkage);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            const double expected = json_number_value(json_array_get(json_array_get(to, i), j));
            if (fabs(cov[i * d + j] - expected) > 1e-6)
                fail_msg("row %zu, column %zu: expected %.9g, found %.9g", i, j, expected,
                         cov[i * d + j]);
        }
}

static void shrinkage_agrees_with_the_reference(void **state)
{
    (void)state;
    json_error_t why;
    json_t *o = json_load_file("tests/data/outlier/oas.json", 0, &why);
    if (!o)
        fail_msg("oas.json: %s", why.text);
    const json_t *cases = json_object_get(o, "cases");
    assert_int_equal(json_array_size(cases), 5);
    for (size_t i = 0; i < json_array_size(cases); i++)
        shrink_one(json_array_get(cases, i));
    json_decref(o);
}

/* W cov W^T must be the identity, and W lower triangular. */
static void whitening_gives_the_identity(void **state)
{
    (void)state;
    enum { D = 3 };
    static const double cov[D][D] = {{4, 2, -1}, {2, 3, 0.5}, {-1, 0.5, 2}};
    double w[D * D];
    memcpy(w, cov, sizeof w);
    assert_int_equal(hl_whiten(w, D), 0);
    for (size_t i = 0; i < D; i++)
        for (size_t j = 0; j < D; j++) {
            double sum = 0;
            for (size_t k = 0; k < D; k++)
                for (size_t l = 0; l < D; l++)
                    sum += w[i * D + k] * cov[k][l] * w[j * D + l];
            assert_true(fabs(sum - (i == j)) < 1e-14);
            assert_true(j <= i || w[i * D + j] == 0);
        }
}

static void degenerate_matrices_are_refused(void **state)
{
    (void)state;
    double zero[4] = {0}, singular[4] = {1, 1, 1, 1}, shrinkage;
    assert_int_equal(hl_shrink_oas(zero, 2, 10, &shrinkage), -1);
    assert_int_equal(hl_whiten(singular, 2), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrinkage_agrees_with_the_reference),
        cmocka_unit_test(whitening_gives_the_identity),
        cmocka_unit_test(degenerate_matrices_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

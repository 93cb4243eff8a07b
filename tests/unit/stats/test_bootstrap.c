/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/json.h"
#include "helpers.h"
#include "stats/bootstrap.h"

#include <math.h>

static void assert_close(double found, const json_t *expected)
{
    if (!(fabs(found - json_number_value(expected)) <= 1e-12))
        fail_msg("expected %.17g, found %.17g", json_number_value(expected), found);
}

/* Against numpy: tests/data/metrics/weighted_plain.json, from tests/parity/make_binary_data.py. */
static void percentiles_are_numpys(void **state)
{
    (void)state;
    const char *file;
    hl_err e;
    json_t *o = hl_json_read("tests/data/metrics/weighted_plain.json", &file, &e);
    if (!o)
        fail_msg("%s", e.msg);
    const json_t *list = json_object_get(o, "samples"),
                 *expected = json_object_get(o, "percentiles");
    const size_t n = json_array_size(list);
    double *v = malloc((n + 1) * sizeof *v);
    assert_non_null(v);
    for (size_t i = 0; i < n; i++)
        v[i] = json_number_value(json_array_get(list, i));
    v[n] = NAN; /* left out */
    const hl_interval found = hl_percentiles(v, n + 1, 0.95);
    assert_close(found.lo, json_array_get(expected, 0));
    assert_close(found.hi, json_array_get(expected, 1));
    double none[] = {NAN, INFINITY};
    assert_true(isnan(hl_percentiles(none, 2, 0.95).lo));
    free(v);
    json_decref(o);
}

/* All images of a patient have the same weight, and the number of patients drawn is theirs. */
static void resamples_draw_patients(void **state)
{
    (void)state;
    static const char *const patients[] = {"b", "a", "b", "c", "a", "b", "d"};
    enum { N = 7, PATIENTS = 4, RESAMPLES = 20000 };
    hl_bootstrap b;
    uint32_t drawn[PATIENTS], weight[N], again[N];
    double sum[PATIENTS] = {0}, squares = 0;
    hl_bootstrap_init(&b, N, patients, 1);
    assert_int_equal(b.patients, PATIENTS);
    for (size_t r = 0; r < RESAMPLES; r++) {
        hl_bootstrap_draw(&b, r, drawn, weight);
        assert_true(weight[0] == weight[2] && weight[0] == weight[5] && weight[1] == weight[4]);
        assert_int_equal(weight[0] + weight[1] + weight[3] + weight[6], PATIENTS);
        for (size_t i = 0; i < PATIENTS; i++)
            sum[i] += drawn[i];
        squares += drawn[0] * (double)drawn[0];
    }
    for (size_t i = 0; i < PATIENTS; i++) /* mean 1, standard error 0.006 */
        assert_true(fabs(sum[i] / RESAMPLES - 1) < 0.03);
    /* A multinomial count: variance 4 * 1/4 * 3/4. */
    assert_true(fabs(squares / RESAMPLES - 1 - 0.75) < 0.05);
    hl_bootstrap_draw(&b, 5, drawn, weight);
    hl_bootstrap_draw(&b, 5, drawn, again);
    assert_memory_equal(weight, again, sizeof weight);
    hl_bootstrap_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_numpys),
        cmocka_unit_test(resamples_draw_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

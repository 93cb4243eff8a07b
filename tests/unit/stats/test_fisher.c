/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "stats/fisher.h"

#include <math.h>

/* Published values: Fisher's tea tasting (The Design of Experiments, 1935) and convictions of twins
 * (Statistical Methods for Research Workers), as R's help of fisher.test has them; the examples of
 * Wikipedia and of SciPy's fisher_exact. The last rows are exact fractions of binomials. */
static void published_values(void **state)
{
    (void)state;
    static const struct {
        size_t k, rest, other_k, other_rest;
        double p;
    } cases[] = {
        {3, 1, 1, 3, 34.0 / 70},
        {2, 10, 15, 3, 0.0005367241},
        {1, 9, 11, 3, 0.002759456},
        {6, 2, 1, 4, 0.10256410256410257},
        {8, 2, 1, 5, 0.03496503496503495},
        {0, 5, 0, 7, 1},
        {5, 0, 7, 0, 1},
        {60, 940, 20, 980, 5.665972001846764e-06},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const size_t n = cases[i].k + cases[i].rest, m = cases[i].other_k + cases[i].other_rest;
        const double p = hl_fisher_exact(cases[i].k, n, cases[i].other_k, m);
        if (fabs(p - cases[i].p) > 1e-6 * cases[i].p)
            fail_msg("table %zu: expected %.10g, found %.10g", i, cases[i].p, p);
        /* The other kind, or the other property, first. */
        assert_true(fabs(p - hl_fisher_exact(cases[i].other_k, m, cases[i].k, n)) < 1e-9);
        assert_true(fabs(p - hl_fisher_exact(cases[i].rest, n, cases[i].other_rest, m)) < 1e-9);
    }
}

static void nothing_to_compare(void **state)
{
    (void)state;
    assert_true(hl_fisher_exact(0, 0, 3, 7) == 1);
    assert_true(hl_fisher_exact(0, 0, 0, 0) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(nothing_to_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "evaluate/difference.h"
#include "helpers.h"

#include <math.h>

static const hl_interval none = {NAN, NAN};

static evaluate_measured proportion(double k, double n)
{
    return (evaluate_measured){k / n, {hl_wilson(k / n, n), HL_BY_WILSON}};
}

/* Newcombe, Stat. Med. 1998, 17: 873, table II, method 10 */
static void proportions_as_published(void **state)
{
    (void)state;
    static const struct {
        double a, m, b, n, lo, hi;
    } cases[] = {
        {56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090},
        {6, 7, 2, 7, 0.0582, 0.8062},     {5, 56, 0, 29, -0.0381, 0.1926},
        {0, 10, 0, 20, -0.1611, 0.2775},  {0, 10, 0, 10, -0.2775, 0.2775},
        {10, 10, 0, 20, 0.6791, 1},       {10, 10, 0, 10, 0.6075, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const evaluate_difference d = evaluate_difference_of(
            proportion(cases[i].a, cases[i].m), proportion(cases[i].b, cases[i].n), none);
        const hl_interval found = d.estimate.interval;
        if (fabs(found.lo - cases[i].lo) > 6e-5 || fabs(found.hi - cases[i].hi) > 6e-5)
            fail_msg("row %zu: expected %g to %g, found %g to %g", i, cases[i].lo, cases[i].hi,
                     found.lo, found.hi);
        assert_int_equal(d.estimate.method, HL_BY_MOVER);
        assert_true((d.p < 0.05) == (found.lo > 0 || found.hi < 0));
    }
}

static void the_bootstrap_where_both_have_one(void **state)
{
    (void)state;
    const evaluate_measured a = {0.7, {{0.6, 0.8}, HL_BY_BOOTSTRAP}};
    const evaluate_measured b = {0.9, {{0.85, 0.95}, HL_BY_BOOTSTRAP}};
    evaluate_difference d = evaluate_difference_of(a, b, (hl_interval){-0.4, 0});
    assert_int_equal(d.estimate.method, HL_BY_BOOTSTRAP);
    assert_true(fabs(d.p - 0.05) < 1e-12); /* its bound is at 0 */
    d = evaluate_difference_of(b, a, (hl_interval){-0.2, 0.5});
    assert_true(fabs(d.p - 0.3270950) < 1e-6); /* 2 (1 - Phi(1.959964 / 2)) */
    d = evaluate_difference_of(a, a, (hl_interval){-0.1, 0.1});
    assert_true(d.p == 1);
    /* One that does not hold the difference, and one whose side has Wilson's, cannot be used. */
    d = evaluate_difference_of(a, b, (hl_interval){-0.2, 0});
    assert_int_equal(d.estimate.method, HL_BY_MOVER);
    d = evaluate_difference_of(proportion(9, 10), b, (hl_interval){-0.4, 0.1});
    assert_int_equal(d.estimate.method, HL_BY_MOVER);
}

static void nothing_to_compare(void **state)
{
    (void)state;
    const evaluate_measured a = {0.7, {none, HL_NOT_ESTIMABLE}};
    const evaluate_difference d =
        evaluate_difference_of(a, proportion(1, 2), (hl_interval){-0.4, 0.5});
    assert_int_equal(d.estimate.method, HL_NOT_ESTIMABLE);
    assert_true(isnan(d.p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proportions_as_published),
        cmocka_unit_test(the_bootstrap_where_both_have_one),
        cmocka_unit_test(nothing_to_compare),
    };
    return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}

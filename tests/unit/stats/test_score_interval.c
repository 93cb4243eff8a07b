/* SPDX-License-Identifier: BSD-2-Clause */
/* Intervals without a bootstrap, against published examples, and the choice between both. */
#include "helpers.h"
#include "stats/estimate.h"

#include <math.h>
#include <stdint.h>

static void same(double expected, double found, double tolerance)
{
    if (!(fabs(expected - found) <= tolerance))
        fail_msg("expected %.6f, found %.6f", expected, found);
}

/* Newcombe, Statistics in Medicine 1998; 17: 857-872, table I, method 3. */
static void wilson_as_published(void **state)
{
    (void)state;
    static const struct {
        double r, n, lo, hi;
    } published[] = {
        {81, 263, 0.2553, 0.3662},
        {15, 148, 0.0624, 0.1605},
        {0, 20, 0.0000, 0.1611},
        {1, 29, 0.0061, 0.1718},
    };
    for (size_t i = 0; i < COUNT(published); i++) {
        const hl_interval w = hl_wilson(published[i].r / published[i].n, published[i].n);
        same(published[i].lo, w.lo, 0.00005);
        same(published[i].hi, w.hi, 0.00005);
        const hl_interval other = hl_wilson(1 - published[i].r / published[i].n, published[i].n);
        same(1 - published[i].hi, other.lo, 0.00005);
        same(1 - published[i].lo, other.hi, 0.00005);
    }
    /* n / (n + 3.8415) for n right ones of n */
    const hl_interval two = hl_wilson(1, 2);
    same(2 / (2 + 3.841458820694124), two.lo, 1e-12);
    assert_true(two.hi == 1);
    assert_true(isnan(hl_wilson(0, 0).lo) && isnan(hl_wilson(NAN, 3).hi));
}

/* The variance of the bound t, from Newcombe, Statistics in Medicine 2006; 25: 559-573. */
static double variance(double t, double m, double n)
{
    const double star = (m + n) / 2;
    return t * (1 - t) / (m * n) * (1 + (star - 1) * (1 - t) / (2 - t) + (star - 1) * t / (1 + t));
}

static void auroc_bounds_solve_the_equation(void **state)
{
    (void)state;
    static const double z = 1.959963984540054;
    static const double sizes[][2] = {{1, 1}, {10, 2}, {2, 10}, {30, 20}, {400, 3.5}};
    static const double areas[] = {0, 0.2, 0.5, 0.9, 0.999, 1};
    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t i = 0; i < COUNT(areas); i++) {
            const double m = sizes[s][0], n = sizes[s][1], a = areas[i];
            const hl_interval c = hl_newcombe_auroc(a, m, n);
            assert_true(c.lo <= a && a <= c.hi && c.lo < c.hi && c.lo >= 0 && c.hi <= 1);
            if (a > 0)
                same(a - c.lo, z * sqrt(variance(c.lo, m, n)), 1e-9);
            if (a < 1)
                same(c.hi - a, z * sqrt(variance(c.hi, m, n)), 1e-9);
        }
    /* With one of each it is Wilson's interval of one. */
    same(hl_wilson(1, 1).lo, hl_newcombe_auroc(1, 1, 1).lo, 1e-9);
    assert_true(hl_newcombe_auroc(1, 1, 1).hi == 1);
    same(1 - hl_newcombe_auroc(1, 10, 2).lo, hl_newcombe_auroc(0, 10, 2).hi, 1e-9);
    assert_true(isnan(hl_newcombe_auroc(1, 0, 4).lo));
}

/* The difference of 56/70 and 48/80 is a mean of 56/70 and 1 - 48/80, twice, less 1: method 10 of
 * Newcombe, Statistics in Medicine 1998; 17: 873-890, table II: 0.0524 to 0.3339. */
static void mover_as_published(void **state)
{
    (void)state;
    const double p[] = {56.0 / 70, 1 - 48.0 / 80}, n[] = {70, 80};
    const hl_interval each[] = {hl_wilson(p[0], n[0]), hl_wilson(p[1], n[1])};
    const hl_interval mean = hl_mover_mean(p, each, 2);
    same(0.0524, 2 * mean.lo - 1, 0.00005);
    same(0.3339, 2 * mean.hi - 1, 0.00005);
    const hl_interval d =
        hl_mover_difference(56.0 / 70, each[0], 48.0 / 80, hl_wilson(48.0 / 80, n[1]));
    same(0.0524, d.lo, 0.00005);
    same(0.3339, d.hi, 0.00005);
}

static void patients_count_by_their_samples(void **state)
{
    (void)state;
    static const char *const patients[] = {"a", "a", "a", "b", "c", "c"};
    static const uint8_t counted[] = {1, 1, 0, 1, 0, 0};
    hl_bootstrap b;
    hl_bootstrap_init(&b, COUNT(patients), patients, 1);
    same(36.0 / (9 + 1 + 4), hl_effective_patients(&b, NULL), 1e-12);
    same(9.0 / (4 + 1), hl_effective_patients(&b, counted), 1e-12);
    static const uint8_t nobody[COUNT(patients)];
    assert_true(hl_effective_patients(&b, nobody) == 0);
    hl_bootstrap_free(&b);
}

static void the_bootstrap_unless_it_has_no_width(void **state)
{
    (void)state;
    const hl_interval wide = {0.4, 0.9}, point = {1, 1};
    hl_estimate e = hl_estimate_proportion(wide, false, 0.7, 9);
    assert_true(e.method == HL_BY_BOOTSTRAP && e.interval.lo == 0.4 && e.interval.hi == 0.9);
    e = hl_estimate_proportion(point, false, 1, 2);
    assert_true(e.method == HL_BY_WILSON && e.interval.lo < 0.35 && e.interval.hi == 1);
    e = hl_estimate_proportion(wide, true, 0.7, 9);
    assert_int_equal(e.method, HL_BY_WILSON);
    e = hl_estimate_proportion((hl_interval){0, 0}, false, 0, 0);
    assert_true(e.method == HL_NOT_ESTIMABLE && isnan(e.interval.lo));
    e = hl_estimate_auroc(point, false, 1, 10, 2);
    assert_true(e.method == HL_BY_NEWCOMBE && e.interval.lo < 0.6 && e.interval.hi == 1);
    static const double one[] = {1, 1}, patients[] = {10, 2};
    e = hl_estimate_mean(point, false, one, patients, 2);
    assert_true(e.method == HL_BY_MOVER && e.interval.lo < 0.7 && e.interval.hi == 1);
    e = hl_estimate_other(point, false);
    assert_int_equal(e.method, HL_NOT_ESTIMABLE);
    e = hl_estimate_other(wide, true);
    assert_int_equal(e.method, HL_NOT_ESTIMABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_as_published),
        cmocka_unit_test(auroc_bounds_solve_the_equation),
        cmocka_unit_test(mover_as_published),
        cmocka_unit_test(patients_count_by_their_samples),
        cmocka_unit_test(the_bootstrap_unless_it_has_no_width),
    };
    return cmocka_run_group_tests_name("score_interval", tests, NULL, NULL);
}

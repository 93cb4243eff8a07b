/* SPDX-License-Identifier: BSD-2-Clause */
/* Expected: multipletests(p, method="holm") of statsmodels 0.15.0. The first p values are those of
 * its tests, the second the example of Benjamini and Hochberg (J. R. Stat. Soc. B 1995, 57: 289).
 */
#include "helpers.h"
#include "stats/holm.h"

#include <math.h>
#include <string.h>

static void check(const double *p, const double *expected, size_t n)
{
    double found[16];
    memcpy(found, p, n * sizeof *p);
    hl_holm_adjust(found, n);
    for (size_t i = 0; i < n; i++)
        if (fabs(found[i] - expected[i]) > 1e-12)
            fail_msg("p %zu: expected %.15g, found %.15g", i, expected[i], found[i]);
}

static void as_statsmodels(void **state)
{
    (void)state;
    static const double p[] = {0.838541367553,   0.642193923795, 0.680845947633,   0.967833824309,
                               0.71626938238,    0.177096952723, 5.23656777208e-5, 0.0202732688798,
                               0.00028140506198, 0.0149877310796};
    static const double expected[] = {
        1, 1, 1, 1, 1, 1, 0.000523656777208, 0.1419128821586, 0.00253264555782, 0.1199018486368};
    check(p, expected, COUNT(p));
    static const double cardiac[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                     0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1};
    static const double corrected[] = {0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278,
                                       0.3213, 1,      1,      1,     1,      1,     1};
    check(cardiac, corrected, COUNT(cardiac));
}

static void no_test_counts_for_nothing(void **state)
{
    (void)state;
    double found[] = {0.01, NAN, 0.04, 0.03, NAN, 0.005};
    hl_holm_adjust(found, COUNT(found));
    assert_true(isnan(found[1]) && isnan(found[4]));
    static const double expected[] = {0.03, 0.06, 0.06, 0.02};
    static const size_t at[] = {0, 2, 3, 5};
    for (size_t i = 0; i < COUNT(at); i++)
        assert_true(fabs(found[at[i]] - expected[i]) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_statsmodels),
        cmocka_unit_test(no_test_counts_for_nothing),
    };
    return cmocka_run_group_tests_name("holm", tests, NULL, NULL);
}

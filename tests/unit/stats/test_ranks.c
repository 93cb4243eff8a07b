/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "stats/ranks.h"

#include <math.h>

static void assert_ranks(size_t n, const double *values, const double *expected)
{
    double ranks[8];
    hl_midranks(n, values, ranks);
    for (size_t i = 0; i < n; i++)
        if (ranks[i] != expected[i])
            fail_msg("rank %zu: expected %g, found %g", i, expected[i], ranks[i]);
}

static void ranks_begin_with_1(void **state)
{
    (void)state;
    assert_ranks(4, (const double[]){0.3, -2, 7, 0.5}, (const double[]){2, 1, 4, 3});
    assert_ranks(1, (const double[]){5}, (const double[]){1});
    assert_ranks(0, NULL, NULL);
}

static void ties_share_their_mean_rank(void **state)
{
    (void)state;
    assert_ranks(5, (const double[]){2, 1, 2, 3, 2}, (const double[]){3, 1, 3, 5, 3});
    assert_ranks(6, (const double[]){4, 4, 1, 1, 9, 9},
                 (const double[]){3.5, 3.5, 1.5, 1.5, 5.5, 5.5});
    assert_ranks(3, (const double[]){0, -0.0, 0}, (const double[]){2, 2, 2});
}

static void doubles_are_sorted(void **state)
{
    (void)state;
    double v[] = {3, -1, INFINITY, 0, -INFINITY, 2.5};
    static const double sorted[] = {-INFINITY, -1, 0, 2.5, 3, INFINITY};
    qsort(v, COUNT(v), sizeof *v, hl_compare_doubles);
    for (size_t i = 0; i < COUNT(v); i++)
        assert_true(v[i] == sorted[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_begin_with_1),
        cmocka_unit_test(ties_share_their_mean_rank),
        cmocka_unit_test(doubles_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/group_auroc.h"
#include "helpers.h"

#include <math.h>

enum { MOST = 8 };

/* The definition, unit by unit. */
static double pair_by_pair(size_t groups, const size_t *positives, const size_t *negatives)
{
    double won = 0, pairs = 0, score[2];
    for (size_t i = 0; i < groups; i++)
        for (size_t x = 0; x < positives[i]; x++)
            for (size_t j = 0; j < groups; j++)
                for (size_t y = 0; y < negatives[j]; y++) {
                    size_t p[MOST], n[MOST], all_p = 0, all_n = 0;
                    for (size_t k = 0; k < groups; k++) {
                        all_p += p[k] = positives[k] - (k == i);
                        all_n += n[k] = negatives[k] - (k == j);
                    }
                    const size_t of[2] = {i, j};
                    for (size_t s = 0; s < 2; s++) {
                        const size_t g = of[s], in = p[g] + n[g], all = all_p + all_n;
                        score[s] = in    ? (double)p[g] / (double)in
                                   : all ? (double)all_p / (double)all
                                         : 0;
                    }
                    won += score[0] > score[1] ? 1 : score[0] == score[1] ? 0.5 : 0;
                    pairs++;
                }
    return won / pairs;
}

static void as_defined(void **state)
{
    (void)state;
    static const size_t positives[][MOST] = {{3, 1}, {5, 0, 2}, {1, 1, 4, 0}, {2, 2}, {1, 0, 3}};
    static const size_t negatives[][MOST] = {{1, 4}, {0, 5, 2}, {2, 1, 1, 1}, {2, 2}, {0, 1, 3}};
    static const size_t groups[] = {2, 3, 4, 2, 3};
    for (size_t i = 0; i < COUNT(groups); i++) {
        const double found = audit_group_auroc(groups[i], positives[i], negatives[i]);
        const double expected = pair_by_pair(groups[i], positives[i], negatives[i]);
        if (fabs(found - expected) > 1e-12)
            fail_msg("set %zu: expected %g, found %g", i, expected, found);
    }
}

static void ends(void **state)
{
    (void)state;
    static const size_t some[] = {5, 0}, others[] = {0, 5}, ones[] = {1, 1, 0, 0},
                        zeros[] = {0, 0, 1, 1};
    assert_true(audit_group_auroc(2, some, others) == 1);
    /* Groups of one unit fit the labels, and tell nothing. */
    assert_true(audit_group_auroc(4, ones, zeros) == 0.5);
    assert_true(audit_group_auroc(1, some, some) == 0.5);
    assert_true(isnan(audit_group_auroc(1, some, others)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_defined),
        cmocka_unit_test(ends),
    };
    return cmocka_run_group_tests_name("group_auroc", tests, NULL, NULL);
}

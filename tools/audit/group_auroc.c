/* SPDX-License-Identifier: BSD-2-Clause */
#include "group_auroc.h"

#include <math.h>

static double fraction(size_t positives, size_t n, double of_all)
{
    return n ? (double)positives / (double)n : of_all;
}

double audit_group_auroc(size_t groups, const size_t *positives, const size_t *negatives)
{
    size_t p = 0, n = 0;
    for (size_t i = 0; i < groups; i++) {
        p += positives[i];
        n += negatives[i];
    }
    if (p == 0 || n == 0)
        return NAN;
    const double of_all = fraction(p - 1, p + n - 2, 0);
    double won = 0;
    for (size_t i = 0; i < groups; i++)
        for (size_t j = 0; j < groups; j++) {
            const double pairs = (double)positives[i] * (double)negatives[j];
            if (pairs == 0)
                continue;
            /* In one group, both units have the same fraction. */
            const double a = fraction(positives[i] - 1, positives[i] + negatives[i] - 1, of_all);
            const double b = fraction(positives[j], positives[j] + negatives[j] - 1, of_all);
            won += i == j || a == b ? pairs / 2 : a > b ? pairs : 0;
        }
    return won / ((double)p * (double)n);
}

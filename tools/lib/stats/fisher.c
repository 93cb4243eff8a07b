/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/fisher.h"

#include <math.h>

/* Relative: equal probabilities differ in their last digits. */
static const double rounding = 1e-7;

static double log_choose(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

double hl_fisher_exact(size_t k, size_t n, size_t other_k, size_t other_n)
{
    const size_t all_k = k + other_k;
    const size_t least = all_k > other_n ? all_k - other_n : 0, most = all_k < n ? all_k : n;
    const double tables = log_choose(n + other_n, all_k);
    const double own = log_choose(n, k) + log_choose(other_n, other_k) - tables;
    double p = 0;
    for (size_t i = least; i <= most; i++) {
        const double one = log_choose(n, i) + log_choose(other_n, all_k - i) - tables;
        p += one <= own + rounding ? exp(one) : 0;
    }
    return fmin(p, 1);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the difference between two models on the same samples. */
#ifndef HILUM_COMPARE_SIGNIFICANCE_H
#define HILUM_COMPARE_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DeLong's test (DeLong et al. 1988) of the AUROCs of two scores, by midranks in O(n log n) (Sun
 * and Xu 2014). p is two-sided, of z = (a - b) / sqrt(variance). Where the variance is 0, p is 1 if
 * the areas are equal and NaN if not. */
typedef struct compare_delong_result {
    double a, b;     /* AUROC */
    double variance; /* of a - b */
    double z, p;
} compare_delong_result;
compare_delong_result compare_delong(size_t n, const uint8_t *positive, const double *a,
                                     const double *b);

/* McNemar's test: of only_a samples that a alone answers right and only_b that b alone does.
 * Fewer than 25 in all: exact, two-sided binomial. Else chi-square with continuity correction. */
typedef struct compare_mcnemar_result {
    bool exact;
    double statistic; /* exact: the smaller count; else chi-square */
    double p;
} compare_mcnemar_result;
compare_mcnemar_result compare_mcnemar(uint64_t only_a, uint64_t only_b);

/* Holm's correction (Holm 1979), in place; NaN stays and does not count. */
void compare_holm_adjust(double *p, size_t n);

#endif

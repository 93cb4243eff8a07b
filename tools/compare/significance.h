/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the difference between two models on the same samples. */
#ifndef HILUM_COMPARE_SIGNIFICANCE_H
#define HILUM_COMPARE_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DeLong's test (DeLong et al. 1988) of the difference of two AUROCs, by midranks in O(n log n)
 * (Sun and Xu 2014). p is two-sided, of z = (a - b) / sqrt(variance). Where the variance is 0, p is
 * 1 if the AUROCs are equal, else NaN. */
typedef struct compare_delong_result {
    double a, b;     /* AUROC */
    double variance; /* of a - b */
    double z, p;
} compare_delong_result;
/* a, b: [n] scores of two models; positive: [n], 0 or 1. All NaN where a class has no sample. */
compare_delong_result compare_delong(size_t n, const uint8_t *positive, const double *a,
                                     const double *b);

/* McNemar's test. With fewer than 25 discordant samples it is exact (two-sided binomial), else
 * chi-square with continuity correction. */
typedef struct compare_mcnemar_result {
    bool exact;
    double statistic; /* exact: the smaller count; else chi-square */
    double p;
} compare_mcnemar_result;
/* only_a, only_b: samples that only model a or only model b predicts correctly. */
compare_mcnemar_result compare_mcnemar(uint64_t only_a, uint64_t only_b);

#endif

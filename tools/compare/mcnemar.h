/* SPDX-License-Identifier: BSD-2-Clause */
/* McNemar's test of the difference between two models on the same samples. */
#ifndef HILUM_COMPARE_MCNEMAR_H
#define HILUM_COMPARE_MCNEMAR_H

#include <stdbool.h>
#include <stdint.h>

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

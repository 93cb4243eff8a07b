/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything about the positive class against the rest that has a confidence interval. */
#ifndef HILUM_EVALUATE_ANALYSIS_H
#define HILUM_EVALUATE_ANALYSIS_H

#include "output.h"
#include "stats/binary_metrics.h"
#include "stats/estimate.h"

#include <stddef.h>
#include <stdint.h>

#define EVALUATE_LEVEL 0.95
enum { EVALUATE_GRID = 101, EVALUATE_RATES = 4, EVALUATE_PREDICTIVE = 2 };

/* Everything computed with one set of weights is a row of numbers: binary metrics, ROC curve,
 * precision curve, triage curve, rates at each operating point (sensitivity, specificity, PPV,
 * NPV), predictive values (PPV, NPV) at a prevalence, fraction of positives. */
enum {
    EVALUATE_AT_ROC = HL_BINARY_METRICS,
    EVALUATE_AT_PRECISION = EVALUATE_AT_ROC + EVALUATE_GRID,
    EVALUATE_AT_TRIAGE = EVALUATE_AT_PRECISION + EVALUATE_GRID,
    EVALUATE_AT_POINTS = EVALUATE_AT_TRIAGE + EVALUATE_GRID
};

typedef struct evaluate_analysis {
    const evaluation *v;
    hl_binary samples;
    hl_bootstrap bootstrap;
    size_t npoints, width;      /* operating points; numbers in a row */
    double *measured;           /* [width] on all samples */
    hl_estimate *estimate;      /* [width]; not estimable without resamples */
    size_t lacking;             /* resamples without a positive or without a negative image */
    size_t *left_out;           /* [width] resamples in which a number is not defined */
    double *resampled;          /* [width, resamples], while they are made */
    double *kept;               /* [HL_BINARY_METRICS, resamples] of these, in their order */
    double *prevalence;         /* [resamples] fraction of positives */
    uint32_t **weight, **drawn; /* [slots] scratch of each thread */
} evaluate_analysis;

/* Where the predictive values and, last, the fraction of positives are in a row. */
size_t evaluate_at_predictive(const evaluate_analysis *s);
size_t evaluate_at_prevalence(const evaluate_analysis *s);

/* Measures v, which has a positive class. has_both becomes false, and s is empty, where it or the
 * rest has no sample in the subset. The caller frees s. */
int evaluate_analyse(evaluate_analysis *s, const evaluation *v, bool *has_both, hl_err *e);
void evaluate_analysis_free(evaluate_analysis *s);

/* estimates.c: from the percentile intervals in s->estimate, [width], to those that can be stated.
 */
void evaluate_choose_estimates(evaluate_analysis *s);
/* Effective number of patients with positives, and with any sample. */
double evaluate_positive_patients(const evaluate_analysis *s);
double evaluate_all_patients(const evaluate_analysis *s);
/* Whether too many resamples were left out for percentiles of the others. */
bool evaluate_too_many(size_t left_out, const evaluation *v);

#endif

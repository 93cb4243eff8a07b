/* SPDX-License-Identifier: BSD-2-Clause */
/* How sensitivity, specificity and precision depend on the threshold. */
#ifndef HILUM_REPORT_SECTIONS_THRESHOLD_RATES_H
#define HILUM_REPORT_SECTIONS_THRESHOLD_RATES_H

#include "data/predictions.h"

#include <stdbool.h>

/*
 * Of class 1 against class 0, for thresholds falling from 1 to 0. Steps: two points at each score,
 * before and after it. The precision before the first one is NaN.
 */
typedef struct report_rates {
    size_t n;
    double *threshold, *sensitivity, *specificity, *false_alarms, *precision; /* [n] */
    double positives, negatives;
} report_rates;

/* False where one of the two classes has no sample, or where there are more than two. */
bool report_rates_of(report_rates *c, const hl_predictions *p, size_t nclasses);
void report_rates_free(report_rates *c);

/* The points of a curve that are seen: those amid a level or an upright stretch are left out.
 * x and y are [n] and are changed in place; returns their new number. */
size_t report_thin(double *x, double *y, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Sensitivity, specificity and precision as functions of the threshold. */
#ifndef HILUM_REPORT_SECTIONS_THRESHOLD_RATES_H
#define HILUM_REPORT_SECTIONS_THRESHOLD_RATES_H

#include "data/predictions.h"

#include <stdbool.h>

/*
 * Of the positive class against the rest. The thresholds fall from 1 to 0, with two points at each
 * score, before and after its step. Before the first score the precision is undefined: NaN.
 */
typedef struct report_rates {
    size_t n;
    double *threshold, *sensitivity, *specificity, *false_alarms, *precision; /* [n] */
    double positives, negatives;
} report_rates;

/* False unless there is a positive class, and both it and the rest have samples; c is then empty.
 * positive: number of the class, or HL_NO_POSITIVE. */
bool report_rates_of(report_rates *c, const hl_predictions *p, int positive);
void report_rates_free(report_rates *c);

/* Drops points within horizontal or vertical stretches of a curve, which do not change the plot.
 * Works in place on x and y, [n]; returns the number of points left. */
size_t report_thin(double *x, double *y, size_t n);

#endif

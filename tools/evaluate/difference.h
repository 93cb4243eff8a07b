/* SPDX-License-Identifier: BSD-2-Clause */
/* The difference of a metric between two groups of samples, with its interval and p value. */
#ifndef HILUM_EVALUATE_DIFFERENCE_H
#define HILUM_EVALUATE_DIFFERENCE_H

#include "stats/estimate.h"

/* A value with its own 95 % interval. */
typedef struct evaluate_measured {
    double value;
    hl_estimate estimate;
} evaluate_measured;

typedef struct evaluate_difference {
    double value; /* a - b */
    hl_estimate estimate;
    double p; /* two-sided, of no difference; NaN without an interval */
} evaluate_difference;

/*
 * bootstrap: the percentile interval of a - b in the same resamples. It is used if those of a and b
 * are of the bootstrap, too; otherwise the interval is made of both by MOVER (Zou and Donner 2008;
 * of two Wilson intervals it is method 10 of Newcombe, Stat. Med. 1998, 17: 873), which is too wide
 * if patients are in both groups.
 *
 * p is that of a normal deviate of 1.96 times the difference over the distance from it to the
 * bound on the side of 0 (Altman and Bland, BMJ 2011, 343: d2304), so p is below 0.05 exactly where
 * the interval does not hold 0.
 */
evaluate_difference evaluate_difference_of(evaluate_measured a, evaluate_measured b,
                                           hl_interval bootstrap);

#endif

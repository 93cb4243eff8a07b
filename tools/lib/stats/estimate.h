/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Confidence intervals of metrics, and by which method: the bootstrap's, unless that cannot be one.
 * It has no width where a proportion is 0 or 1, since all resamples are alike then, and it is too
 * narrow where resamples lack a class and have to be left out.
 */
#ifndef HILUM_STATS_ESTIMATE_H
#define HILUM_STATS_ESTIMATE_H

#include "stats/score_interval.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HL_BY_BOOTSTRAP,
    HL_BY_WILSON,
    HL_BY_NEWCOMBE,
    HL_BY_MOVER,
    HL_BY_BOUNDS, /* those of sensitivity and specificity, put into Bayes' theorem */
    HL_NOT_ESTIMABLE,
    HL_INTERVAL_METHODS
} hl_interval_method;
extern const char *const hl_interval_method_names[HL_INTERVAL_METHODS];

typedef struct hl_estimate {
    hl_interval interval; /* NaN: not estimable */
    hl_interval_method method;
} hl_estimate;

/* In all functions, bootstrap is the percentile interval, and incomplete says that it cannot be
 * used because of resamples that lack a class. patients, m and n are effective numbers. */

/* Otherwise Wilson's. */
hl_estimate hl_estimate_proportion(hl_interval bootstrap, bool incomplete, double p,
                                   double patients);
/* Otherwise Newcombe's, of m positive and n negative patients. */
hl_estimate hl_estimate_auroc(hl_interval bootstrap, bool incomplete, double area, double m,
                              double n);
/* Mean of k proportions, each with its number of patients: otherwise by MOVER from Wilson's. */
hl_estimate hl_estimate_mean(hl_interval bootstrap, bool incomplete, const double *p,
                             const double *patients, size_t k);
/* Otherwise not estimable. */
hl_estimate hl_estimate_other(hl_interval bootstrap, bool incomplete);

/* False for an interval of one point, apart from rounding, or without a finite bound. */
bool hl_interval_has_width(hl_interval i);

#endif

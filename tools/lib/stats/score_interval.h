/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 95 % confidence intervals that keep a width where a bootstrap has none: of proportions that are 0
 * or 1, of perfect rankings, of few patients.
 *
 *   hl_interval i = hl_wilson(1, 2); // 0.342 to 1
 *
 * The samples of a patient are not independent, so n is an effective number of patients, see
 * hl_effective_patients; it may be a fraction. NaN where n is 0 or the value is NaN.
 */
#ifndef HILUM_STATS_SCORE_INTERVAL_H
#define HILUM_STATS_SCORE_INTERVAL_H

#include "stats/bootstrap.h"

#include <stddef.h>
#include <stdint.h>

/* Wilson's score interval of a proportion p of n (Wilson 1927; method 3 of Newcombe 1998). */
hl_interval hl_wilson(double p, double n);

/* Interval of an AUROC of m positives and n negatives by method 5 of Newcombe (2006): score bounds
 * with the variance of Hanley and McNeil (1982), in which (m + n) / 2 stands for both numbers. */
hl_interval hl_newcombe_auroc(double area, double m, double n);

/* Interval of the mean of k independent values from their own intervals, by MOVER (Zou and Donner
 * 2008). NaN if one of them is. */
hl_interval hl_mover_mean(const double *value, const hl_interval *interval, size_t k);

/* Interval of a - b of two independent values, likewise; of two Wilson intervals it is method 10 of
 * Newcombe (Stat. Med. 1998, 17: 873). */
hl_interval hl_mover_difference(double a, hl_interval of_a, double b, hl_interval of_b);

/* The number of patients among the counted samples (NULL: all), reduced if some have more of them
 * than others: (sum m)^2 / sum m^2 for m samples of each (Kish 1965). counted: [b->n], 0 or 1. */
double hl_effective_patients(const hl_bootstrap *b, const uint8_t *counted);

#endif

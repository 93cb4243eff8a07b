/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap over patients (Efron 1979, by cluster): a resample draws as many patients as there
 * are, with replacement, and includes all images of a patient as often as the patient was drawn, so
 * that the correlated images of one patient do not count as independent.
 *
 * Resample r draws patient hl_rng_below(patients) of hl_rng_make(seed, "bootstrap/r") `patients`
 * times; patients are numbered in the order of their names.
 */
#ifndef HILUM_STATS_BOOTSTRAP_H
#define HILUM_STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct hl_bootstrap {
    size_t n, patients;
    uint64_t seed;
    uint32_t *patient; /* [n]: number of the sample's patient; owned */
} hl_bootstrap;

/* patients: [n], the patient of each sample. */
void hl_bootstrap_init(hl_bootstrap *b, size_t n, const char *const *patients, uint64_t seed);
void hl_bootstrap_free(hl_bootstrap *b);

/* Fills weight [n] with how often each sample occurs in resample r, counted from 0. drawn
 * [b->patients] is working memory; with one each, several threads can draw at a time. */
void hl_bootstrap_draw(const hl_bootstrap *b, size_t r, uint32_t *drawn, uint32_t *weight);

/* Percentile interval of n values, which are reordered: the quantiles (1 - level) / 2 and
 * (1 + level) / 2 with linear interpolation (numpy's default). Values that are not finite are left
 * out; NaN if none remain. */
typedef struct hl_interval {
    double lo, hi;
} hl_interval;
hl_interval hl_percentiles(double *values, size_t n, double level);

#endif

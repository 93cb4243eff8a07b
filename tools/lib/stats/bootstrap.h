/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap over patients (Efron 1979, by cluster): a resample draws as many patients as there
 * are, with replacement, and takes all images of each as often as it was drawn. So images of one
 * patient, which are alike, do not pass for independent ones.
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

void hl_bootstrap_init(hl_bootstrap *b, size_t n, const char *const *patients, uint64_t seed);
void hl_bootstrap_free(hl_bootstrap *b);

/* How often each sample stands in resample r, counted from 0: weight [n]. drawn [patients] is room
 * that is needed on the way; with one each, several threads can draw. */
void hl_bootstrap_draw(const hl_bootstrap *b, size_t r, uint32_t *drawn, uint32_t *weight);

/* The percentile interval of values, which are sorted for it: quantiles (1 - level) / 2 and
 * (1 + level) / 2 by linear interpolation (numpy's default). Values that are not finite are left
 * out; NaN where none is left. */
typedef struct hl_interval {
    double lo, hi;
} hl_interval;
hl_interval hl_percentiles(double *values, size_t n, double level);

#endif

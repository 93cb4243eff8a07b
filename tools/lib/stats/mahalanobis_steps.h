/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps of hl_mahalanobis_distance, shared by mahalanobis.c and mahalanobis_fit.c. */
#ifndef HILUM_STATS_MAHALANOBIS_STEPS_H
#define HILUM_STATS_MAHALANOBIS_STEPS_H

#include "stats/mahalanobis.h"

/* Normalises and projects features [inputs] to out [hl_mahalanobis_dims(inputs)]. */
void hl_mahalanobis_project(const float *features, size_t inputs, uint64_t seed, double *out);

/* W mean of each class: [nmeans, d], the caller frees. */
double *hl_mahalanobis_whiten_means(const hl_mahalanobis *o);

/* Distance of a projected vector x [d] to the nearest whitened mean. */
double hl_mahalanobis_nearest(const hl_mahalanobis *o, const double *whitened_means,
                              const double *x);

#endif

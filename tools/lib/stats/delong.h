/* SPDX-License-Identifier: BSD-2-Clause */
/* The variance of AUROCs by their structural components (DeLong et al. 1988), found from midranks
 * in O(n log n) (Sun and Xu 2014). */
#ifndef HILUM_STATS_DELONG_H
#define HILUM_STATS_DELONG_H

#include <stddef.h>
#include <stdint.h>

/* DeLong's test of the difference of two AUROCs. p is two-sided, of z = (a - b) / sqrt(variance).
 * Where the variance is 0, p is 1 if the AUROCs are equal, else NaN. */
typedef struct hl_delong_result {
    double a, b;     /* AUROC */
    double variance; /* of a - b */
    double z, p;
} hl_delong_result;
/* a, b: [n] scores of two models; positive: [n], 0 or 1. All NaN where a class has no sample. */
hl_delong_result hl_delong_compare(size_t n, const uint8_t *positive, const double *a,
                                   const double *b);

typedef struct hl_delong_area {
    double area, variance;
} hl_delong_area;
/* One AUROC with its variance, of samples that belong to patients (Obuchowski, Biometrics 1997, 53:
 * 567); with one sample a patient, it is DeLong's. patient: [n], below patients. NaN where a class
 * has no sample, and the variance where one has a single patient. */
hl_delong_area hl_delong_of_patients(size_t n, const uint8_t *positive, const double *score,
                                     const uint32_t *patient, size_t patients);

#endif

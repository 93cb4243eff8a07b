/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figures of two classes, with a weight for each sample, so that a bootstrap can count one several
 * times: after one sort, each set of weights costs one pass. Definitions are scikit-learn's where
 * it has them; an undefined quotient is 0, as with zero_division=0, and an undefined AUROC or
 * average precision NaN.
 */
#ifndef HILUM_STATS_BINARY_METRICS_H
#define HILUM_STATS_BINARY_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HL_ACCURACY,
    HL_MACRO_RECALL, /* of two classes the same as balanced accuracy */
    HL_SENSITIVITY,
    HL_SPECIFICITY,
    HL_PPV,
    HL_NPV,
    HL_BALANCED_ACCURACY,
    HL_F1,
    HL_MCC,
    HL_AUROC,
    HL_AVERAGE_PRECISION,
    HL_BRIER, /* mean of (p - y)^2 */
    HL_ECE,   /* HL_ECE_BINS bins of equal width on the probability of the positive class; mean over
                 the samples of |mean probability - observed share| of their bin */
    HL_BINARY_METRICS
} hl_binary_metric;
extern const char *const hl_binary_metric_names[HL_BINARY_METRICS];

enum { HL_ECE_BINS = 15 };

/* Samples by falling probability. */
typedef struct hl_binary {
    size_t n;
    double *p; /* of the positive class; owned, as the next three */
    uint8_t *positive, *predicted;
    uint32_t *row; /* the sample's number in the caller's order, and that of its weight */
} hl_binary;

void hl_binary_init(hl_binary *b, size_t n, const double *p, const uint8_t *positive,
                    const uint8_t *predicted);
void hl_binary_free(hl_binary *b);

/* weight: [n] in the caller's order, or NULL for 1 each. */
void hl_binary_metrics_compute(const hl_binary *b, const uint32_t *weight,
                               double out[HL_BINARY_METRICS]);

/* The answer "positive" where p >= threshold. */
typedef struct hl_binary_rates {
    double sensitivity, specificity, ppv, npv;
} hl_binary_rates;
hl_binary_rates hl_binary_at(const hl_binary *b, const uint32_t *weight, double threshold);

/* The threshold that holds sensitivity (or else specificity) of at least `share` and has the most
 * of the other; above 1 where nothing may be called positive. NaN where a class has no sample. */
double hl_binary_threshold(const hl_binary *b, bool sensitivity, double share);

/* Predictive values at a given prevalence, by Bayes' theorem. */
double hl_ppv_at(double sensitivity, double specificity, double prevalence);
double hl_npv_at(double sensitivity, double specificity, double prevalence);

/* Curves at x = 0, 1 / (points - 1), ..., 1: the largest sensitivity with 1 - specificity of at
 * most x; the precision at the highest threshold with a recall of at least x; the share of
 * positives among the share x of the samples with the highest probabilities. */
typedef struct hl_curves {
    double *roc, *precision, *found; /* [points] each, the caller's */
} hl_curves;
void hl_binary_curves(const hl_binary *b, const uint32_t *weight, size_t points, hl_curves *c);

typedef struct hl_bin {
    double n, mean_p, observed; /* NaN where n is 0 */
} hl_bin;
void hl_binary_bins(const hl_binary *b, const uint32_t *weight, hl_bin bins[HL_ECE_BINS]);

#endif

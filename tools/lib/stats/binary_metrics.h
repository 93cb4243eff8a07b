/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Metrics of binary classification in which each sample has a weight, so that a bootstrap can count
 * a sample several times: after one sort, each set of weights takes one pass. Definitions are
 * scikit-learn's where it has them; an undefined quotient is 0, as with zero_division=0, and an
 * undefined AUROC or average precision is NaN.
 *
 *   hl_binary b;
 *   double metrics[HL_BINARY_METRICS];
 *   hl_binary_init(&b, n, p, positive, predicted);
 *   hl_binary_metrics_compute(&b, NULL, metrics);
 *   hl_binary_free(&b);
 */
#ifndef HILUM_STATS_BINARY_METRICS_H
#define HILUM_STATS_BINARY_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HL_ACCURACY,
    HL_MACRO_RECALL, /* for two classes the same as balanced accuracy */
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
                 the samples of |mean probability - observed fraction of positives| of their bin */
    HL_BINARY_METRICS
} hl_binary_metric;
extern const char *const hl_binary_metric_names[HL_BINARY_METRICS];

enum { HL_ECE_BINS = 15 };

/* Samples in descending order of probability. */
typedef struct hl_binary {
    size_t n;
    double *p; /* [n]: of the positive class; owned, as are the next three */
    uint8_t *positive, *predicted;
    uint32_t *row; /* the sample's index in the caller's order, in which the weights are */
} hl_binary;

/* p, positive and predicted: [n], copied. positive and predicted: 0 or 1, label and prediction. */
void hl_binary_init(hl_binary *b, size_t n, const double *p, const uint8_t *positive,
                    const uint8_t *predicted);
/* Class cls against the rest of K classes; p: [n, K], labels, predicted: [n], below K. */
void hl_binary_of_class(hl_binary *b, size_t n, size_t nclasses, const uint32_t *labels,
                        const uint32_t *predicted, const double *p, uint32_t cls);
void hl_binary_free(hl_binary *b);

/* weight: [n] in the caller's order, or NULL for 1 each. */
void hl_binary_metrics_compute(const hl_binary *b, const uint32_t *weight,
                               double out[HL_BINARY_METRICS]);

/* The AUROC alone. */
double hl_binary_auroc(const hl_binary *b, const uint32_t *weight);

/* Rates if samples with p >= threshold are predicted positive. */
typedef struct hl_binary_rates {
    double sensitivity, specificity, ppv, npv;
} hl_binary_rates;
hl_binary_rates hl_binary_at(const hl_binary *b, const uint32_t *weight, double threshold);

/* The threshold at which sensitivity (or else specificity) is at least `target` and the other is
 * largest; of several, that at which the targeted rate is largest, too. INFINITY if the target is
 * reached only where no positive sample is predicted positive: no threshold has a use then. NaN if
 * a class has no sample. */
double hl_binary_threshold(const hl_binary *b, bool sensitivity, double target);

/* Predictive values at a given prevalence, by Bayes' theorem. */
double hl_ppv_at(double sensitivity, double specificity, double prevalence);
double hl_npv_at(double sensitivity, double specificity, double prevalence);

/* Curves at x = 0, 1 / (points - 1), ..., 1: ROC, the largest sensitivity at 1 - specificity <= x;
 * the precision at the highest threshold with recall >= x; and found, the cumulative gain: the
 * fraction of all positives among the fraction x of samples with the highest probabilities. */
typedef struct hl_curves {
    double *roc, *precision, *found; /* [points] each, the caller's */
} hl_curves;
void hl_binary_curves(const hl_binary *b, const uint32_t *weight, size_t points, hl_curves *c);

/* Reliability diagram: weight, mean probability and observed fraction of positives per bin. */
typedef struct hl_bin {
    double n, mean_p, observed; /* NaN where n is 0 */
} hl_bin;
void hl_binary_bins(const hl_binary *b, const uint32_t *weight, hl_bin bins[HL_ECE_BINS]);
/* The bin of a probability, from 0. */
int hl_binary_bin_of(double p);

#endif

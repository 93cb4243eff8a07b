/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classification metrics, defined as in scikit-learn and equal to its results to 1e-12, for n
 * samples of K classes. Probabilities are [n, K], row-major. An undefined quotient (nothing
 * predicted, no support) is 0, as with scikit-learn's zero_division=0.
 *
 *   hl_metrics m;
 *   hl_metrics_compute(&m, n, nclasses, labels, predicted, p);
 *   printf("%.4f\n", m.accuracy);
 *   hl_metrics_free(&m);
 */
#ifndef HILUM_STATS_METRICS_H
#define HILUM_STATS_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hl_class_metrics {
    double precision, recall, f1;
    uint64_t support; /* number of samples with this label */
} hl_class_metrics;

typedef struct hl_metrics {
    size_t nclasses;
    uint64_t n;
    uint64_t *confusion;              /* [label, predicted], nclasses x nclasses, owned */
    hl_class_metrics *classes;        /* [nclasses], owned */
    hl_class_metrics macro, weighted; /* support: n */
    double accuracy;
    double auroc;    /* see hl_auroc_multi; NaN if fewer than two classes are present */
    double log_loss; /* see hl_log_loss */
} hl_metrics;

/* labels, predicted: [n], below nclasses; p: [n, nclasses]. With n = 0 all metrics are 0, and the
 * AUROC is NaN. */
void hl_metrics_compute(hl_metrics *m, size_t n, size_t nclasses, const uint32_t *labels,
                        const uint32_t *predicted, const double *p);
void hl_metrics_free(hl_metrics *m);

/* Whether a class has no sample, so that the means over the classes say nothing. */
bool hl_metrics_lack_a_class(const hl_metrics *m);

/* Mean of -log p(label), with p clipped to [2.2e-16, 1 - 2.2e-16]; 0 for n = 0. */
double hl_log_loss(size_t n, size_t nclasses, const uint32_t *labels, const double *p);

/* Area under the ROC curve of a score for positive[i] != 0; ties count half. NaN if there are no
 * positive or no negative samples. O(n log n). */
double hl_auroc(size_t n, const double *score, const uint8_t *positive);

/* AUROC of class cls against the rest, by its probability. */
double hl_auroc_of_class(size_t n, size_t nclasses, const uint32_t *labels, const double *p,
                         uint32_t cls);

/* Two classes: AUROC of class 1. More: mean of the one-against-rest AUROCs
 * (roc_auc_score(multi_class="ovr", average="macro")). */
double hl_auroc_multi(size_t n, size_t nclasses, const uint32_t *labels, const double *p);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classification metrics, defined as scikit-learn defines them and equal to it to 1e-12.
 * Class k of n samples; probabilities are [n, K] row-major; an undefined quotient (nothing
 * predicted, no support) is 0, as scikit-learn's zero_division=0.
 */
#ifndef HILUM_STATS_METRICS_H
#define HILUM_STATS_METRICS_H

#include <stddef.h>
#include <stdint.h>

typedef struct hl_class_metrics {
    double precision, recall, f1;
    uint64_t support; /* samples whose label is the class */
} hl_class_metrics;

typedef struct hl_metrics {
    size_t nclasses;
    uint64_t n;
    uint64_t *confusion;              /* [label, predicted], nclasses x nclasses, owned */
    hl_class_metrics *classes;        /* owned */
    hl_class_metrics macro, weighted; /* support: n */
    double accuracy;
    double auroc;    /* see hl_auroc_multi; NaN where undefined (fewer than two classes present) */
    double log_loss; /* mean of -log p(label), p clipped at 2.2e-16 */
} hl_metrics;

/* labels[i], predicted[i] < nclasses; p is [n, nclasses]. n may be 0 (all figures 0, AUROC NaN). */
void hl_metrics_compute(hl_metrics *m, size_t n, size_t nclasses, const uint32_t *labels,
                        const uint32_t *predicted, const double *p);
void hl_metrics_free(hl_metrics *m);

/* Mean of -log p(label), p clipped at 2.2e-16; 0 for no sample. */
double hl_log_loss(size_t n, size_t nclasses, const uint32_t *labels, const double *p);

/* Area under the ROC curve of a score for positive[i] != 0, ties counted half; NaN when one side
 * is empty. O(n log n). */
double hl_auroc(size_t n, const double *score, const uint8_t *positive);

/* Two classes: AUROC of class 1. More: mean of the one-against-rest AUROCs
 * (roc_auc_score(multi_class="ovr", average="macro")). */
double hl_auroc_multi(size_t n, size_t nclasses, const uint32_t *labels, const double *p);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The predictions of a head for all samples of a file of features. */
#ifndef HILUM_EVALUATE_PREDICT_ALL_H
#define HILUM_EVALUATE_PREDICT_ALL_H

#include "base/error.h"
#include "data/feature_file.h"
#include "nn/head/head.h"
#include "stats/mahalanobis.h"

#include <stddef.h>
#include <stdint.h>

/* What happens to the features themselves. */
typedef struct evaluate_ood {
    hl_mahalanobis_fit *fit;     /* learns the OOD reference from training and validation samples */
    const hl_mahalanobis *known; /* or a reference, by which is_ood, [n], is set */
    uint8_t *is_ood;
} evaluate_ood;

/*
 * Reads f to its end, `batch` rows at a time. p [n, K] and predicted [n], with room for all
 * samples, get a row for each sample that is not an augmented copy. Members of ood
 * that are NULL are not used.
 */
int evaluate_predict_all(const nn_head *head, hl_features *f, size_t batch, const evaluate_ood *ood,
                         double *p, uint32_t *predicted, hl_err *e);

/* The class of largest probability, p: [n]; of several, the first. */
uint32_t evaluate_most_probable(const double *p, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Features and labels of a subset, in memory. */
#ifndef HILUM_TRAIN_HEAD_DATASET_H
#define HILUM_TRAIN_HEAD_DATASET_H

#include "data/feature_file.h"

#include <stddef.h>
#include <stdint.h>

typedef struct train_dataset {
    float *features; /* [n, inputs] */
    int64_t *labels; /* [n], class indices */
    size_t n;
} train_dataset;

/* Reads the features to their end and loads the training and validation subsets, as HL_TRAIN and
 * HL_VAL; others remain empty. The caller frees both, also after a failure. */
int train_datasets_load(train_dataset sets[HL_SUBSETS], hl_features *f, hl_err *e);
void train_datasets_free(train_dataset sets[HL_SUBSETS]);

/* Counts the samples of each class; the caller frees the counts. */
size_t *train_dataset_class_counts(const train_dataset *s, size_t nclasses);

#endif

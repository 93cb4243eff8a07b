/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Features and labels of a subset. The features are in memory or, if there are too many, in a
 * temporary file without a name, from which rows are read as they are needed; the values are the
 * same.
 */
#ifndef HILUM_TRAIN_HEAD_DATASET_H
#define HILUM_TRAIN_HEAD_DATASET_H

#include "data/feature_file.h"
#include "sys/scratch.h"

#include <stddef.h>
#include <stdint.h>

typedef struct train_dataset {
    float *features; /* [n, width]; NULL if they are in `file` */
    int64_t *labels; /* [n], class indices */
    size_t n, width;
    hl_scratch file;
    float *room; /* of train_dataset_read */
    size_t room_rows;
} train_dataset;

/* Reads the features to their end and loads the training and validation subsets, as HL_TRAIN and
 * HL_VAL; others remain empty. If both have more than `memory` bytes and 16 MiB, they go to files
 * in `folder` (as in hl_scratch_open). The caller frees both, also after a failure. */
int train_datasets_load(train_dataset sets[HL_SUBSETS], hl_features *f, uint64_t memory,
                        const char *folder, hl_err *e);
void train_datasets_free(train_dataset sets[HL_SUBSETS]);

/* Gives *rows: the features of samples first .. first + n - 1, valid until the next call (an
 * nn_rows_fn). */
int train_dataset_read(void *set, size_t first, size_t n, const float **rows, hl_err *e);

/* Copies the features of n samples, in any order, to `to`, [n, width]. */
int train_dataset_gather(const train_dataset *s, const int64_t *samples, size_t n, float *to,
                         hl_err *e);

/* Gives *weights, [f->nclasses], balanced as in scikit-learn: n / (K * n_class); the caller frees
 * them. Fails unless there are at least two classes, all with samples in s. */
int train_dataset_class_weights(float **weights, const train_dataset *s, const hl_samples *f,
                                hl_err *e);

#endif

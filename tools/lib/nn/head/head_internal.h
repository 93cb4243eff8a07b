/* SPDX-License-Identifier: BSD-2-Clause */
/* The struct behind nn_head, for the files of this module and for train-head. */
#ifndef HILUM_NN_HEAD_HEAD_INTERNAL_H
#define HILUM_NN_HEAD_HEAD_INTERNAL_H

#include "nn/head/dense.h"
#include "nn/head/head.h"
#include "nn/head/standardizer.h"

struct nn_head {
    nn_dense layers[NN_HEAD_MAX_LAYERS]; /* values owned */
    size_t nlayers;
    nn_finetune *finetune;        /* NULL if the head takes features directly */
    nn_standardizer standardizer; /* of the inputs of the first dense layer */
    char **classes;
    size_t nclasses;
    int positive; /* see nn_head_positive */
    hl_feature_space space;
    char *provenance;
    char id[HL_DIGEST_SIZE];
    bool id_is_old; /* see nn_head_id_is_old */
};

/* Rows that the fine-tuned layers run at a time, which limits the memory for maps. */
enum { NN_HEAD_FINETUNE_ROWS = 64 };

/* Appends a layer without setting its values. */
nn_dense *nn_head_add_dense(nn_head *h, size_t inputs, size_t units);

/* Returns the standardised inputs of the first dense layer, owned by the caller; NULL if the head
 * does not standardize, and pooled is its input. */
float *nn_head_standardized(const nn_head *h, size_t n, const float *pooled);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Between head.c, head_file.c and trainer.c: what a head is made of. */
#ifndef HILUM_NN_HEAD_HEAD_INTERNAL_H
#define HILUM_NN_HEAD_HEAD_INTERNAL_H

#include "nn/head/dense.h"
#include "nn/head/head.h"
#include "nn/head/standardizer.h"

struct nn_head {
    nn_dense layers[NN_HEAD_MAX_LAYERS]; /* values owned */
    size_t nlayers;
    nn_finetune *tail;            /* NULL: it stands on features as they are */
    nn_standardizer standardizer; /* of the first dense layer's inputs */
    char **classes;
    size_t nclasses;
    hl_feature_space space;
    char *chain;
    char id[HL_DIGEST_SIZE];
    bool id_is_old; /* see nn_head_id_is_old */
};

/* The next layer, whose values are still to be filled in. */
nn_dense *nn_head_add_dense(nn_head *h, size_t inputs, size_t units);

#endif

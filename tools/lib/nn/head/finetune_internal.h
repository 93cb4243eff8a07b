/* SPDX-License-Identifier: BSD-2-Clause */
/* The struct behind nn_finetune, for finetune.c, finetune_run.c and finetune_file.c. */
#ifndef HILUM_NN_HEAD_FINETUNE_INTERNAL_H
#define HILUM_NN_HEAD_FINETUNE_INTERNAL_H

#include "nn/arch/weight_specs.h"
#include "nn/head/finetune.h"

typedef struct nn_finetune_layer {
    bool used, unfrozen;
    int nweights;
    ts_tensor *weights[NN_MAX_WEIGHTS]; /* in the order of nn_net_weight_specs, libtorch's layout */
} nn_finetune_layer;

struct nn_finetune {
    nn_net n;
    int feature_layer;
    nn_finetune_options o;
    nn_finetune_layer *layers; /* [n.n] */
    nn_finetune_value *params;
    size_t nparams;
};

/* Makes the layers without weights. Next, every weight is set, from Keras' layout; then the
 * parameters are listed. */
int nn_finetune_start(nn_finetune **t, const hl_feature_space *space, const nn_finetune_options *o,
                      hl_err *e);
int nn_finetune_set(nn_finetune *t, int layer, int weight, const float *keras, hl_err *e);
int nn_finetune_list_params(nn_finetune *t, hl_err *e);

/* Gets a weight in Keras' layout; bytes is its size. */
int nn_finetune_get(const nn_finetune *t, int layer, int weight, float *keras, size_t bytes,
                    hl_err *e);

/* Fills e from the last error of the shim; returns -1. */
int nn_finetune_torch_error(const char *where, hl_err *e);

#endif

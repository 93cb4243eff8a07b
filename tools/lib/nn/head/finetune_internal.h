/* SPDX-License-Identifier: BSD-2-Clause */
/* Between tail.c and tail_file.c: what a tail is made of. */
#ifndef HILUM_NN_HEAD_FINETUNE_INTERNAL_H
#define HILUM_NN_HEAD_FINETUNE_INTERNAL_H

#include "nn/arch/weight_specs.h"
#include "nn/head/finetune.h"

typedef struct nn_finetune_layer {
    bool used, unfrozen;
    int nweights;
    ts_tensor
        *weights[NN_MAX_WEIGHTS]; /* in the order of nn_net_weight_specs, as libtorch has them */
} nn_finetune_layer;

struct nn_finetune {
    nn_net n;
    int cut;
    nn_finetune_options o;
    nn_finetune_layer *layers; /* [n.n] */
    nn_finetune_value *params;
    size_t nparams;
};

/* A tail without weights; then one weight after another, in Keras' layout, and the list of params
 * at the end. */
int nn_finetune_start(nn_finetune **t, const hl_feature_space *space, const nn_finetune_options *o,
                      hl_err *e);
int nn_finetune_set(nn_finetune *t, int layer, int weight, const float *keras, hl_err *e);
int nn_finetune_get(const nn_finetune *t, int layer, int weight, float *keras, size_t bytes,
                    hl_err *e);
int nn_finetune_list_params(nn_finetune *t, hl_err *e);

int nn_finetune_torch_error(const char *where, hl_err *e);

#endif

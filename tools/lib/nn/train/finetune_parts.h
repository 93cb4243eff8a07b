/* SPDX-License-Identifier: BSD-2-Clause */
/* Between tail.c and tail_file.c: what a tail is made of. */
#ifndef HILUM_NN_TRAIN_FINETUNE_PARTS_H
#define HILUM_NN_TRAIN_FINETUNE_PARTS_H

#include "nn/train/finetune.h"

typedef struct tail_layer {
    bool used, unfrozen;
    int nweights;
    ts_tensor
        *weights[NET_MAX_WEIGHTS]; /* in the order of net_weight_specs, as libtorch has them */
} tail_layer;

struct net_tail {
    net n;
    int cut;
    net_tail_options o;
    tail_layer *layers; /* [n.n] */
    net_tail_value *params;
    size_t nparams;
};

/* A tail without weights; then one weight after another, in Keras' layout, and the list of params
 * at the end. */
int net_tail_start(net_tail **t, const hl_space *space, const net_tail_options *o, hl_err *e);
int net_tail_set(net_tail *t, int layer, int weight, const float *keras, hl_err *e);
int net_tail_get(const net_tail *t, int layer, int weight, float *keras, size_t bytes, hl_err *e);
int net_tail_list_params(net_tail *t, hl_err *e);

int net_tail_torch_error(const char *where, hl_err *e);

#endif

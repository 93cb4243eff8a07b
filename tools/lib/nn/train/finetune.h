/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tail of a backbone: all layers behind the cut that net_unfreeze_cut gives, with weights that
 * can be trained. Its last layers, `unfrozen` as Keras counts model.layers, are; what else stands
 * between them and the cut is run as it is. The features that it takes are the flattened maps of
 * the cut, and it gives pooled maps of the last layer, which the head stands on.
 *
 * Batch norms are not folded, as each of their weights is trained by itself. They are in inference
 * mode, also in training, as Keras has them in a model called with training=False: moving mean and
 * variance stay, gamma and beta of unfrozen ones are trained. Or in training mode, as they are when
 * that is forgotten: the batch's mean and variance count, and the moving ones follow with Keras'
 * momentum (MobileNetV2 0.999, InceptionResNetV2 0.99).
 */
#ifndef HILUM_NN_TRAIN_FINETUNE_H
#define HILUM_NN_TRAIN_FINETUNE_H

#include "base/error.h"
#include "data/feature_space.h"
#include "format/tensorfile.h"
#include "nn/arch/net.h"
#include "nn/infer/pooling.h"
#include "shim/torch_shim.h"

#include <stdbool.h>
#include <stddef.h>

#define NET_BATCHNORM_WORDS "inference|training"
typedef enum { NET_BN_INFERENCE, NET_BN_TRAINING } net_bn_mode;

typedef struct net_tail_options {
    int unfrozen;
    net_pool pool;
    net_bn_mode batchnorm;
} net_tail_options;

typedef struct net_tail net_tail;

/* The tail of the backbone that the space of the features names, with the weights of this source
 * (net_weights_load): they must be those that the features were made with, and the features be cut
 * where this many unfrozen layers ask for it. */
int net_tail_new(net_tail **t, const hl_space *space, const char *weights,
                 const net_tail_options *o, hl_err *e);
void net_tail_free(net_tail *t); /* NULL is fine */

const net_tail_options *net_tail_get_options(const net_tail *t);
const net *net_tail_net(const net_tail *t);
size_t net_tail_inputs(const net_tail *t);  /* values of a feature vector that it takes */
size_t net_tail_outputs(const net_tail *t); /* values that it gives to the head */

/* x: F32 [n, inputs] -> maps [n, C, h, w] of the last layer; with training as in a training step.
 * They are pooled by net_pool_map. */
int net_tail_maps(net_tail *t, const ts_tensor *x, bool training, ts_tensor **maps, hl_err *e);

/* features: [n, inputs] -> pooled [n, outputs], both in host memory. */
int net_tail_pooled(net_tail *t, const float *features, size_t n, float *pooled, hl_err *e);

/* ---- what is trained ---- */

/* Tensors that training changes: weights of unfrozen layers, and with NET_BN_TRAINING the moving
 * averages of their batch norms, which have no gradient. Owned by the tail. */
size_t net_tail_params(const net_tail *t);
typedef struct net_tail_value {
    ts_tensor *tensor;
    float *values; /* where the tensor has them, row-major */
    bool is_average;
} net_tail_value;
const net_tail_value *net_tail_param(const net_tail *t, size_t i);

/* As net_tail_pooled, in a training step, which goes on with net_tail_backward. */
int net_tail_forward(net_tail *t, const float *features, size_t n, ts_tensor **graph, float *pooled,
                     hl_err *e);
/* slope: [n, outputs], the gradient of the loss with respect to pooled. Gives the gradient of each
 * parameter that is no average; frees graph. */
typedef void net_tail_update(void *ctx, size_t param, const float *gradient);
int net_tail_backward(net_tail *t, ts_tensor *graph, const float *slope, net_tail_update *update,
                      void *ctx, hl_err *e);

/* ---- its part of a head's file: tensors tail/LAYER/WEIGHT in Keras' layout ---- */

void net_tail_describe(const net_tail *t, hl_tf_header *header);
int net_tail_write(const net_tail *t, hl_tf_writer *w, hl_err *e);
/* Reads the first tensors of a file that stands at its data; *ntensors is how many. */
int net_tail_read(net_tail **t, const hl_space *space, const net_tail_options *o, hl_tf_reader *r,
                  size_t *ntensors, hl_err *e);

/* The options as a JSON object, for metadata hilum.tail; the caller frees. */
char *net_tail_format(const net_tail_options *o);
int net_tail_parse(net_tail_options *o, const char *json, hl_err *e);

#endif

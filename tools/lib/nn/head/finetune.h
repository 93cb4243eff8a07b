/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tail of a backbone: all layers behind the cut that nn_net_feature_layer gives, with weights
 * that can be trained. Its last layers, `unfrozen` as Keras counts model.layers, are; what else
 * stands between them and the cut is run as it is. The features that it takes are the flattened
 * maps of the cut, and it gives pooled maps of the last layer, which the head stands on.
 *
 * Batch norms are not folded, as each of their weights is trained by itself. They are in inference
 * mode, also in training, as Keras has them in a model called with training=False: moving mean and
 * variance stay, gamma and beta of unfrozen ones are trained. Or in training mode, as they are when
 * that is forgotten: the batch's mean and variance count, and the moving ones follow with Keras'
 * momentum (MobileNetV2 0.999, InceptionResNetV2 0.99).
 */
#ifndef HILUM_NN_HEAD_FINETUNE_H
#define HILUM_NN_HEAD_FINETUNE_H

#include "base/error.h"
#include "data/feature_space.h"
#include "format/tensorfile.h"
#include "nn/arch/net.h"
#include "nn/infer/pooling.h"
#include "shim/torch_shim.h"

#include <stdbool.h>
#include <stddef.h>

#define NN_BATCHNORM_WORDS "inference|training"
typedef enum { NN_BN_INFERENCE, NN_BN_TRAINING } nn_bn_mode;

typedef struct nn_finetune_options {
    int unfrozen;
    nn_pool pool;
    nn_bn_mode batchnorm;
} nn_finetune_options;

typedef struct nn_finetune nn_finetune;

/* The tail of the backbone that the space of the features names, with the weights of this source
 * (nn_weights_load): they must be those that the features were made with, and the features be cut
 * where this many unfrozen layers ask for it. */
int nn_finetune_new(nn_finetune **t, const hl_feature_space *space, const char *weights,
                    const nn_finetune_options *o, hl_err *e);
void nn_finetune_free(nn_finetune *t); /* NULL is fine */

const nn_finetune_options *nn_finetune_get_options(const nn_finetune *t);
const nn_net *nn_finetune_net(const nn_finetune *t);
size_t nn_finetune_inputs(const nn_finetune *t);  /* values of a feature vector that it takes */
size_t nn_finetune_outputs(const nn_finetune *t); /* values that it gives to the head */

/* x: F32 [n, inputs] -> maps [n, C, h, w] of the last layer; with training as in a training step.
 * They are pooled by nn_pool_map. */
int nn_finetune_maps(nn_finetune *t, const ts_tensor *x, bool training, ts_tensor **maps,
                     hl_err *e);

/* features: [n, inputs] -> pooled [n, outputs], both in host memory. */
int nn_finetune_pooled(nn_finetune *t, const float *features, size_t n, float *pooled, hl_err *e);

/* ---- what is trained ---- */

/* Tensors that training changes: weights of unfrozen layers, and with NN_BN_TRAINING the moving
 * averages of their batch norms, which have no gradient. Owned by the tail. */
size_t nn_finetune_params(const nn_finetune *t);
typedef struct nn_finetune_value {
    ts_tensor *tensor;
    float *values; /* where the tensor has them, row-major */
    bool is_average;
} nn_finetune_value;
const nn_finetune_value *nn_finetune_param(const nn_finetune *t, size_t i);

/* As nn_finetune_pooled, in a training step, which goes on with nn_finetune_backward. */
int nn_finetune_forward(nn_finetune *t, const float *features, size_t n, ts_tensor **graph,
                        float *pooled, hl_err *e);
/* slope: [n, outputs], the gradient of the loss with respect to pooled. Gives the gradient of each
 * parameter that is no average; frees graph. */
typedef void nn_finetune_update(void *ctx, size_t param, const float *gradient);
int nn_finetune_backward(nn_finetune *t, ts_tensor *graph, const float *slope,
                         nn_finetune_update *update, void *ctx, hl_err *e);

/* ---- its part of a head's file: tensors tail/LAYER/WEIGHT in Keras' layout ---- */

void nn_finetune_describe(const nn_finetune *t, hl_tf_header *header);
int nn_finetune_write(const nn_finetune *t, hl_tf_writer *w, hl_err *e);
/* Reads the first tensors of a file that stands at its data; *ntensors is how many. */
int nn_finetune_read(nn_finetune **t, const hl_feature_space *space, const nn_finetune_options *o,
                     hl_tf_reader *r, size_t *ntensors, hl_err *e);

/* The options as a JSON object, for metadata hilum.finetuned; the caller frees. */
char *nn_finetune_format(const nn_finetune_options *o);
int nn_finetune_parse(nn_finetune_options *o, const char *json, hl_err *e);

#endif

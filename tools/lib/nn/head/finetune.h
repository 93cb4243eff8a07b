/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fine-tuning: the layers of a backbone that come after the feature layer (feature_layer.h) and run
 * at every training step. Their input is the flattened map of the feature layer, their output the
 * pooled map of the last layer, on which the head is trained. The last `unfrozen` layers of the
 * backbone, as Keras counts model.layers, are trained; other layers in between are run frozen.
 *
 * Batch norms are not fused into convolutions, because each of their weights is trained. In
 * inference mode, which Keras uses for a model called with training=False, the moving mean and
 * variance are used and stay the same, and gamma and beta of unfrozen batch norms are trained. In
 * training mode, which is what happens when that argument is forgotten, the mean and variance of
 * the batch are used, and the moving ones follow with Keras' momentum (MobileNetV2 0.999,
 * InceptionResNetV2 0.99).
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

/* Loads the layers for features of a feature space. Fails if the weights (a source of weights.h)
 * are not those that the features were computed with, or the feature layer is not the one for this
 * number of unfrozen layers. */
int nn_finetune_new(nn_finetune **t, const hl_feature_space *space, const char *weights,
                    const nn_finetune_options *o, hl_err *e);
void nn_finetune_free(nn_finetune *t); /* NULL is fine */

const nn_finetune_options *nn_finetune_get_options(const nn_finetune *t);
const nn_net *nn_finetune_net(const nn_finetune *t);
size_t nn_finetune_inputs(const nn_finetune *t);  /* length of an input feature vector */
size_t nn_finetune_outputs(const nn_finetune *t); /* length of a pooled output vector */

/* Computes the maps of the last layer; x: F32 [n, inputs], *maps: [n, C, h, w], to be pooled by
 * nn_pool_map. training: whether it is a training step. */
int nn_finetune_maps(nn_finetune *t, const ts_tensor *x, bool training, ts_tensor **maps,
                     hl_err *e);

/* Computes pooled outputs in host memory; features: [n, inputs], pooled: [n, outputs]. */
int nn_finetune_pooled(nn_finetune *t, const float *features, size_t n, float *pooled, hl_err *e);

/* ---- training ---- */

/* The tensors that training changes, owned by t: weights of unfrozen layers and, with
 * NN_BN_TRAINING, the moving averages of their batch norms, which have no gradient. */
size_t nn_finetune_params(const nn_finetune *t);
typedef struct nn_finetune_value {
    ts_tensor *tensor;
    float *values; /* the tensor's data, row-major */
    bool is_average;
} nn_finetune_value;
const nn_finetune_value *nn_finetune_param(const nn_finetune *t, size_t i);

/* Forward pass of a training step. *graph is needed by nn_finetune_backward, which frees it. */
int nn_finetune_forward(nn_finetune *t, const float *features, size_t n, ts_tensor **graph,
                        float *pooled, hl_err *e);
/* Backward pass. grad_out: [n, outputs], gradient of the loss with respect to the pooled outputs.
 * Calls update with the gradient of each parameter that is not a moving average. */
typedef void nn_finetune_update(void *ctx, size_t param, const float *gradient);
int nn_finetune_backward(nn_finetune *t, ts_tensor *graph, const float *grad_out,
                         nn_finetune_update *update, void *ctx, hl_err *e);

/* ---- in a head file: tensors tail/LAYER/WEIGHT in Keras' layout ---- */

/* Adds the tensors to the header of a file to be written. */
void nn_finetune_describe(const nn_finetune *t, hl_tf_header *header);
int nn_finetune_write(const nn_finetune *t, hl_tf_writer *w, hl_err *e);
/* Reads them from a file positioned at the start of its data; *ntensors is their number. */
int nn_finetune_read(nn_finetune **t, const hl_feature_space *space, const nn_finetune_options *o,
                     hl_tf_reader *r, size_t *ntensors, hl_err *e);

/* Formats the options as a JSON object, for metadata hilum.finetuned; the caller frees it. */
char *nn_finetune_format(const nn_finetune_options *o);
int nn_finetune_parse(nn_finetune_options *o, const char *json, hl_err *e);

#endif

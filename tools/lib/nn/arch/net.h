/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A backbone as a list of layers. A function per network appends layers; from that one list follow
 * the names and shapes of the weights, the forward pass, the cut, Keras' own numbering and the
 * printed summary. Every layer here is a layer in Keras (keras/src/applications), under its name
 * in a fresh session; layers are appended in the order in which Keras creates them.
 */
#ifndef HILUM_NN_ARCH_NET_H
#define HILUM_NN_ARCH_NET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    NN_INPUT,
    NN_CONV,      /* with bias and ReLU where the layer says so */
    NN_DEPTHWISE, /* one kernel a channel, no bias */
    NN_BATCHNORM,
    NN_RELU,
    NN_RELU6,
    NN_ZEROPAD,
    NN_MAXPOOL,
    NN_AVGPOOL,
    NN_ADD,
    NN_SCALED_ADD, /* inputs[0] + scale * inputs[1] */
    NN_CONCAT
} nn_op;

/* SAME and VALID as TensorFlow defines them; SYMMETRIC: half the kernel on all sides. */
typedef enum { NN_SAME, NN_VALID, NN_SYMMETRIC } nn_padding;

/*
 * Whose version of the network: weights work well only in the one that they were trained in. Keras
 * pads odd amounts behind; PyTorch (torchvision, timm) pads on all sides alike, has another
 * epsilon and other scaling of the pixels. Layers have Keras' names in both.
 */
typedef enum { NN_KERAS, NN_TORCH, NN_FRAMEWORKS } nn_framework;
extern const char *const nn_framework_names[NN_FRAMEWORKS];

enum { NN_MAX_INPUTS = 4, NN_MAX_WEIGHTS = 4, NN_NAME = 48 };

typedef struct nn_layer {
    char name[NN_NAME];
    nn_op op;
    int inputs[NN_MAX_INPUTS], ninputs;
    int64_t kernel[2], stride[2];    /* height, width */
    int64_t pad[4];                  /* top, bottom, left, right */
    bool bias, relu;                 /* NN_CONV */
    bool gamma;                      /* NN_BATCHNORM */
    double scale;                    /* NN_SCALED_ADD */
    int64_t height, width, channels; /* of the output */
} nn_layer;

typedef struct nn_net {
    const char *name;
    nn_framework framework;
    nn_layer *layers; /* in order of creation; inputs stand before what uses them */
    int n;
    size_t cap;
    double epsilon;     /* of every batch norm */
    double momentum;    /* of their moving averages in training, as Keras defines it */
    int *order;         /* order[i]: the layer that Keras counts as model.layers[i] */
    int auto_names[16]; /* how many layers of each kind were named by number */
} nn_net;

/* Builds a network of the table for an input of height x width x 3, as Keras has it. */
int nn_net_build(nn_net *n, const char *name, int64_t height, int64_t width, hl_err *e);
int nn_net_build_for(nn_net *n, const char *name, nn_framework framework, int64_t height,
                     int64_t width, hl_err *e);
void nn_net_free(nn_net *n);

/* The scaling of pixels that goes with a network of the table: a mode of normalize.h. */
const char *nn_net_own_normalize(const nn_net *n);

/* Index of a layer by name, or -1. */
int nn_net_find(const nn_net *n, const char *layer);
/* The last layer: the output of Keras' model without top. */
int nn_net_output(const nn_net *n);

/*
 * Where the network is cut so that its last `count` layers, counted as model.layers[-count:] in
 * Keras, can be trained: the last layer that everything behind it is computed from alone, and that
 * has none of the counted layers with weights before it or in it.
 */
int nn_net_feature_layer(const nn_net *n, int count, int *cut, hl_err *e);
/* behind[i]: whether layer i is computed from the output of the cut; [n->n]. */
void nn_net_downstream(const nn_net *n, int cut, bool *behind);

/* A weight as Keras names and lays it out: kernel [KH, KW, I, O], depthwise_kernel [KH, KW, C, 1],
 * bias, gamma, beta, moving_mean, moving_variance [C]. */
typedef struct nn_weight_spec {
    const char *name;
    int rank;
    int64_t shape[4];
    int64_t size; /* number of values */
} nn_weight_spec;

/* The weights of layer i in Keras' order; returns how many (0 .. NN_MAX_WEIGHTS). */
int nn_net_weight_specs(const nn_net *n, int layer, nn_weight_spec specs[NN_MAX_WEIGHTS]);
/* Values of all weights of all layers. */
size_t nn_net_weight_count(const nn_net *n);

/* ---- for the functions that build networks; each returns the new layer's index ---- */

/* name NULL: Keras' automatic name. A layer that does not fit its input (image too small) marks
 * the network as failed; nn_net_build reports it. */
int nn_input(nn_net *n, int64_t height, int64_t width);
int nn_conv(nn_net *n, int in, const char *name, int64_t channels, const int64_t kernel[2],
            int64_t stride, nn_padding padding, bool bias, bool relu);
int nn_depthwise(nn_net *n, int in, const char *name, int64_t kernel, int64_t stride,
                 nn_padding padding);
int nn_batchnorm(nn_net *n, int in, const char *name, bool gamma);
int nn_relu(nn_net *n, int in, const char *name);
int nn_relu6(nn_net *n, int in, const char *name);
int nn_zeropad(nn_net *n, int in, const char *name, const int64_t pad[4]);
int nn_maxpool(nn_net *n, int in, const char *name, int64_t kernel, int64_t stride);
int nn_avgpool_same(nn_net *n, int in, const char *name, int64_t kernel);
int nn_add(nn_net *n, int a, int b, const char *name);
int nn_scaled_add(nn_net *n, int a, int b, double scale, const char *name);
int nn_concat(nn_net *n, const int *inputs, int count, const char *name);

#endif

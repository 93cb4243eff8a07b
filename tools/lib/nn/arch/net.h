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
    NET_INPUT,
    NET_CONV,      /* with bias and ReLU where the layer says so */
    NET_DEPTHWISE, /* one kernel a channel, no bias */
    NET_BATCHNORM,
    NET_RELU,
    NET_RELU6,
    NET_ZEROPAD,
    NET_MAXPOOL,
    NET_AVGPOOL,
    NET_ADD,
    NET_SCALED_ADD, /* inputs[0] + scale * inputs[1] */
    NET_CONCAT
} net_op;

/* SAME and VALID as TensorFlow defines them; SYMMETRIC: half the kernel on all sides. */
typedef enum { NET_SAME, NET_VALID, NET_SYMMETRIC } net_padding;

/*
 * Whose version of the network: weights work well only in the one that they were trained in. Keras
 * pads odd amounts behind; PyTorch (torchvision, timm) pads on all sides alike, has another
 * epsilon and other scaling of the pixels. Layers have Keras' names in both.
 */
typedef enum { NET_KERAS, NET_TORCH, NET_FLAVOURS } net_flavour;
extern const char *const net_flavour_names[NET_FLAVOURS];

enum { NET_MAX_INPUTS = 4, NET_MAX_WEIGHTS = 4, NET_NAME = 48 };

typedef struct net_layer {
    char name[NET_NAME];
    net_op op;
    int inputs[NET_MAX_INPUTS], ninputs;
    int64_t kernel[2], stride[2];    /* height, width */
    int64_t pad[4];                  /* top, bottom, left, right */
    bool bias, relu;                 /* NET_CONV */
    bool gamma;                      /* NET_BATCHNORM */
    double scale;                    /* NET_SCALED_ADD */
    int64_t height, width, channels; /* of the output */
} net_layer;

typedef struct net {
    const char *name;
    net_flavour flavour;
    net_layer *layers; /* in order of creation; inputs stand before what uses them */
    int n, cap;
    double epsilon;     /* of every batch norm */
    double momentum;    /* of their moving averages in training, as Keras defines it */
    int *order;         /* order[i]: the layer that Keras counts as model.layers[i] */
    int auto_names[16]; /* how many layers of each kind were named by number */
} net;

/* Builds a network of the table for an input of height x width x 3, as Keras has it. */
int net_build(net *n, const char *name, int64_t height, int64_t width, hl_err *e);
int net_build_flavour(net *n, const char *name, net_flavour flavour, int64_t height, int64_t width,
                      hl_err *e);
void net_free(net *n);

/* The scaling of pixels that goes with a network of the table: a mode of normalize.h. */
const char *net_own_normalize(const net *n);

/* Index of a layer by name, or -1. */
int net_find(const net *n, const char *layer);
/* The last layer: the output of Keras' model without top. */
int net_output(const net *n);

/*
 * Where the network is cut so that its last `count` layers, counted as model.layers[-count:] in
 * Keras, can be trained: the last layer that everything behind it is computed from alone, and that
 * has none of the counted layers with weights before it or in it.
 */
int net_unfreeze_cut(const net *n, int count, int *cut, hl_err *e);
/* behind[i]: whether layer i is computed from the output of the cut; [n->n]. */
void net_behind(const net *n, int cut, bool *behind);

/* A weight as Keras names and lays it out: kernel [KH, KW, I, O], depthwise_kernel [KH, KW, C, 1],
 * bias, gamma, beta, moving_mean, moving_variance [C]. */
typedef struct net_weight_spec {
    const char *name;
    int rank;
    int64_t shape[4];
    int64_t size; /* number of values */
} net_weight_spec;

/* The weights of layer i in Keras' order; returns how many (0 .. NET_MAX_WEIGHTS). */
int net_weight_specs(const net *n, int layer, net_weight_spec specs[NET_MAX_WEIGHTS]);
/* Values of all weights of all layers. */
size_t net_weight_count(const net *n);

/* ---- for the functions that build networks; each returns the new layer's index ---- */

/* name NULL: Keras' automatic name. A layer that does not fit its input (image too small) marks
 * the network as failed; net_build reports it. */
int net_input(net *n, int64_t height, int64_t width);
int net_conv(net *n, int in, const char *name, int64_t channels, const int64_t kernel[2],
             int64_t stride, net_padding padding, bool bias, bool relu);
int net_depthwise(net *n, int in, const char *name, int64_t kernel, int64_t stride,
                  net_padding padding);
int net_batchnorm(net *n, int in, const char *name, bool gamma);
int net_relu(net *n, int in, const char *name);
int net_relu6(net *n, int in, const char *name);
int net_zeropad(net *n, int in, const char *name, const int64_t pad[4]);
int net_maxpool(net *n, int in, const char *name, int64_t kernel, int64_t stride);
int net_avgpool_same(net *n, int in, const char *name, int64_t kernel);
int net_add(net *n, int a, int b, const char *name);
int net_scaled_add(net *n, int a, int b, double scale, const char *name);
int net_concat(net *n, const int *inputs, int count, const char *name);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A backbone network without its classifier, as a list of layers. Each network is built by one
 * function that appends layers (networks.h). The names and shapes of the weights, the forward pass,
 * the feature layer for fine-tuning and Keras' numbering are all derived from the list.
 *
 *     nn_net n;
 *     if (nn_net_build(&n, "mobilenetv2", 224, 224, &err))
 *         return -1;
 *     int tap = nn_net_find(&n, "block_12_add");
 *     nn_net_free(&n);
 *
 * Each layer here is one layer in Keras (keras/src/applications) and has the name that it gets
 * there in a fresh session; layers are appended in the order in which Keras creates them.
 */
#ifndef HILUM_NN_ARCH_NET_H
#define HILUM_NN_ARCH_NET_H

#include "base/error.h"
#include "data/feature_space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    NN_INPUT,
    NN_CONV,      /* with bias and ReLU if the layer says so */
    NN_DEPTHWISE, /* one kernel per channel, no bias */
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

/*
 * The framework whose variant of a network is built: weights work well only in the variant that
 * they were trained in. Keras puts odd padding at the bottom and right; PyTorch (torchvision, timm)
 * pads all sides equally, uses another epsilon and scales pixels differently. Layers have Keras'
 * names in both variants.
 */
typedef enum { NN_KERAS, NN_TORCH, NN_FRAMEWORKS } nn_framework;
extern const char *const nn_framework_names[NN_FRAMEWORKS];

enum { NN_MAX_INPUTS = 4, NN_NAME = 48 };

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
    nn_layer *layers; /* in order of creation: a layer comes after its inputs */
    int n;
    size_t cap;
    double epsilon;     /* of all batch norms */
    double momentum;    /* of their moving averages in training, as Keras defines it */
    int *order;         /* order[i]: the layer that Keras counts as model.layers[i] */
    int auto_names[16]; /* [nn_op]: layers that were given an automatic name so far */
} nn_net;

/* Builds Keras' variant of vgg16, inceptionresnetv2 or mobilenetv2 for inputs of height x width
 * x 3. Fails for another name, and if the input is too small for the network. */
int nn_net_build(nn_net *n, const char *name, int64_t height, int64_t width, hl_err *e);
/* The same for the variant of a framework. */
int nn_net_build_for(nn_net *n, const char *name, nn_framework framework, int64_t height,
                     int64_t width, hl_err *e);
/* Builds the network whose features a feature space holds; not for TorchScript modules. */
int nn_net_build_for_feature_space(nn_net *n, const hl_feature_space *space, hl_err *e);
void nn_net_free(nn_net *n);

/* The mode of preprocess_input.h that the network was trained with. */
const char *nn_net_own_normalize(const nn_net *n);

/* Index of a layer by name, or -1. */
int nn_net_find(const nn_net *n, const char *layer);
/* Index of the last layer: the output of Keras' model with include_top=False. */
int nn_net_output(const nn_net *n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the backbones' layers in the state dicts of timm and torchvision. */
#ifndef HILUM_NN_WEIGHTS_TORCH_NAMES_H
#define HILUM_NN_WEIGHTS_TORCH_NAMES_H

#include "nn/arch/net.h"

#include <stdbool.h>

typedef enum { NN_NAMES_TIMM, NN_NAMES_TORCHVISION, NN_NAMES_SOURCES } nn_names_source;

enum { NN_TORCH_NAME = 48 };

/* Fills names[i] with the prefix of layer i's tensors ("blocks.0.0.conv_dw"), or "" if the layer
 * has no weights; names: [n->n]. Returns false if the library does not have the network:
 * torchvision has no inceptionresnetv2. */
bool nn_torch_names(const nn_net *n, nn_names_source source, char (*names)[NN_TORCH_NAME]);

/* PyTorch's name for a weight that nn_net_weight_specs lists, e.g. running_mean for moving_mean. */
const char *nn_torch_weight_name(const char *weight);

/* Whether a tensor of this name is not part of the backbone: it belongs to a classifier, or counts
 * batches. */
bool nn_torch_is_top(const char *tensor);
bool nn_torch_is_counter(const char *tensor);

#endif

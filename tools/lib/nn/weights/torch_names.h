/* SPDX-License-Identifier: BSD-2-Clause */
/* How timm and torchvision call the layers of the backbones in their state dicts. */
#ifndef HILUM_NN_WEIGHTS_TORCH_NAMES_H
#define HILUM_NN_WEIGHTS_TORCH_NAMES_H

#include "nn/arch/net.h"

#include <stdbool.h>

typedef enum { NN_NAMES_TIMM, NN_NAMES_TORCHVISION, NN_NAMES_SOURCES } nn_names_source;

enum { NN_TORCH_NAME = 48 };

/* names[i]: the prefix of layer i's tensors ("blocks.0.0.conv_dw"); empty where it has no weights.
 * torchvision has no inceptionresnetv2: false then. */
bool nn_torch_names(const nn_net *n, nn_names_source source, char (*names)[NN_TORCH_NAME]);

/* The end of a tensor's name for a weight of nn_net_weight_specs, e.g. running_mean. */
const char *nn_torch_weight_name(const char *weight);

/* Is a tensor of this name no part of the backbone: a classifier's, or a counter of batches? */
bool nn_torch_is_top(const char *tensor);
bool nn_torch_is_counter(const char *tensor);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and shapes of the weights of each layer. */
#ifndef HILUM_NN_ARCH_WEIGHT_SPECS_H
#define HILUM_NN_ARCH_WEIGHT_SPECS_H

#include "nn/arch/net.h"

enum { NN_MAX_WEIGHTS = 4 }; /* of one layer */

/* A weight with its name and layout in Keras: kernel [KH, KW, I, O], depthwise_kernel
 * [KH, KW, C, 1], bias, gamma, beta, moving_mean, moving_variance [C]. */
typedef struct nn_weight_spec {
    const char *name;
    int rank;
    int64_t shape[4];
    int64_t size; /* number of values */
} nn_weight_spec;

/* Lists the weights of a layer in Keras' order and returns their number (0 .. NN_MAX_WEIGHTS). */
int nn_net_weight_specs(const nn_net *n, int layer, nn_weight_spec specs[NN_MAX_WEIGHTS]);

/* Number of values in all weights of all layers. */
size_t nn_net_weight_count(const nn_net *n);

#endif

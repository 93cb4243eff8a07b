/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of model.layers in Keras, which is not the order of creation. */
#ifndef HILUM_NN_ARCH_KERAS_ORDER_H
#define HILUM_NN_ARCH_KERAS_ORDER_H

#include "nn/arch/net.h"

/* Fills n->order once all layers have been appended. */
void nn_net_set_keras_order(nn_net *n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The split point of fine-tuning: layers up to the feature layer are frozen, and their output is
 * computed once per image; layers after it are run at every training step.
 */
#ifndef HILUM_NN_ARCH_FEATURE_LAYER_H
#define HILUM_NN_ARCH_FEATURE_LAYER_H

#include "nn/arch/net.h"

/*
 * Finds the feature layer for training the last `unfrozen` layers, counted as
 * model.layers[-unfrozen:] in Keras: the last layer whose output is all that the later layers need
 * and which has no unfrozen layer with weights before it or at it. Fails if `unfrozen` is out of
 * range or none of these layers has weights.
 */
int nn_net_feature_layer(const nn_net *n, int unfrozen, int *feature_layer, hl_err *e);

/* downstream[i]: whether layer i is computed from the output of this layer; [n->n]. */
void nn_net_downstream(const nn_net *n, int layer, bool *downstream);

#endif

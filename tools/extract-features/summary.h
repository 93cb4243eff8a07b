/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_EXTRACT_FEATURES_SUMMARY_H
#define HILUM_EXTRACT_FEATURES_SUMMARY_H

#include "nn/arch/net.h"

#include <stdio.h>

/*
 * The layers as TSV, in Keras' order: index, name, kind (Keras' class), output as HxWxC,
 * parameters, multiply-adds of one image; then comment lines with the totals that Keras' summary()
 * prints (total, trainable, non-trainable: moving mean and variance are not trained).
 */
void extract_print_summary(const nn_net *n, FILE *fp);

/* Keras' class of a layer, e.g. "Conv2D". */
const char *extract_layer_kind(const nn_layer *l);

#endif

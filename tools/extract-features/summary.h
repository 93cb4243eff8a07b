/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of a backbone's layers. */
#ifndef HILUM_EXTRACT_FEATURES_SUMMARY_H
#define HILUM_EXTRACT_FEATURES_SUMMARY_H

#include "nn/arch/net.h"

#include <stdio.h>

/*
 * Prints the layers as TSV, in Keras' order: index, name, kind (Keras' class), output as HxWxC,
 * parameters, multiply-adds per image; then comment lines with the totals that Keras' summary()
 * prints: total, trainable and non-trainable (moving means and variances) parameters.
 */
void extract_print_summary(const nn_net *n, FILE *fp);

/* The name of a layer's class in Keras, e.g. "Conv2D". */
const char *extract_layer_kind(const nn_layer *l);

#endif

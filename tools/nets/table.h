/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HL_NET_TABLE_H
#define HL_NET_TABLE_H

#include "net.h"

#include <stdio.h>

/*
 * The layers as TSV, in Keras' order: index, name, kind (Keras' class), output as HxWxC,
 * parameters, multiply-adds of one image; then comment lines with the totals that Keras' summary()
 * prints (total, trainable, non-trainable: moving mean and variance are not trained).
 */
void net_print_table(const net *n, FILE *fp);

/* Keras' class of a layer, e.g. "Conv2D". */
const char *net_kind(const net_layer *l);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A network so small that its weights file has a few hundred values, yet with every kind of weight,
 * in layers with explicit and with automatic names. */
#ifndef HILUM_TESTS_FUZZ_SMALL_NET_H
#define HILUM_TESTS_FUZZ_SMALL_NET_H

#include "nn/arch/net.h"

const nn_net *small_net(nn_framework framework);

/* Reads a weights file of any format for this network, as the tools do. */
void small_net_read(const char *path);

#endif

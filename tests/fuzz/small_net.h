/* SPDX-License-Identifier: BSD-2-Clause */
/* Weights for a network so small that a whole file of them has a few hundred values, and yet has
 * every kind of weight, of layers with names of their own and with automatic ones. */
#ifndef HILUM_TESTS_FUZZ_SMALL_NET_H
#define HILUM_TESTS_FUZZ_SMALL_NET_H

#include "nn/arch/net.h"

const nn_net *small_net(nn_framework framework);

/* Reads a file of weights of any format for it, as all tools do. */
void small_net_read(const char *path);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that build the networks of net.c's table, one file each. */
#ifndef HILUM_NN_ARCH_NETWORKS_H
#define HILUM_NN_ARCH_NETWORKS_H

#include "nn/arch/net.h"

void net_build_vgg16(net *n, int64_t height, int64_t width);
void net_build_inceptionresnetv2(net *n, int64_t height, int64_t width);
void net_build_mobilenetv2(net *n, int64_t height, int64_t width);

#endif

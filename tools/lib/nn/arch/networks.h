/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that append the layers of each network, one file each; called by nn_net_build. */
#ifndef HILUM_NN_ARCH_NETWORKS_H
#define HILUM_NN_ARCH_NETWORKS_H

#include "nn/arch/layers.h"

void nn_build_vgg16(nn_net *n, int64_t height, int64_t width);
void nn_build_inceptionresnetv2(nn_net *n, int64_t height, int64_t width);
void nn_build_mobilenetv2(nn_net *n, int64_t height, int64_t width);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appending layers to a network that is being built. Each function returns the index of the new
 * layer, which later layers name as their input:
 *
 *     int x = nn_input(n, 224, 224);
 *     x = nn_conv(n, x, "Conv1", 32, (const int64_t[]){3, 3}, 2, NN_SAME, false, false);
 *     x = nn_batchnorm(n, x, "bn_Conv1", true);
 *
 * With a name of NULL, a layer gets Keras' automatic name (conv2d_12). A layer that does not fit
 * its input, because the image is too small, has an output of height or width 0, which
 * nn_net_build reports.
 */
#ifndef HILUM_NN_ARCH_LAYERS_H
#define HILUM_NN_ARCH_LAYERS_H

#include "nn/arch/net.h"

/* SAME and VALID as TensorFlow defines them; SYMMETRIC: half the kernel size on all sides. */
typedef enum { NN_SAME, NN_VALID, NN_SYMMETRIC } nn_padding;

int nn_input(nn_net *n, int64_t height, int64_t width);
int nn_conv(nn_net *n, int in, const char *name, int64_t channels, const int64_t kernel[2],
            int64_t stride, nn_padding padding, bool bias, bool relu);
int nn_depthwise(nn_net *n, int in, const char *name, int64_t kernel, int64_t stride,
                 nn_padding padding);
int nn_batchnorm(nn_net *n, int in, const char *name, bool gamma);
int nn_relu(nn_net *n, int in, const char *name);
int nn_relu6(nn_net *n, int in, const char *name);
int nn_zeropad(nn_net *n, int in, const char *name, const int64_t pad[4]);
int nn_maxpool(nn_net *n, int in, const char *name, int64_t kernel, int64_t stride);
int nn_avgpool_same(nn_net *n, int in, const char *name, int64_t kernel);
int nn_add(nn_net *n, int a, int b, const char *name);
int nn_scaled_add(nn_net *n, int a, int b, double scale, const char *name);
int nn_concat(nn_net *n, const int *inputs, int count, const char *name);

#endif

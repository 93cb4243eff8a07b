/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * InceptionResNetV2 without its classifier: keras/src/applications/inception_resnet_v2.py. timm's
 * variant (timm/models/inception_resnet_v2.py) differs only in that its batch norms have gamma.
 */
#include "nn/arch/networks.h"

#include <stdio.h>

/* conv2d_bn(): convolution without bias, batch norm (in Keras without gamma), ReLU. */
static int conv_bn_kernel(nn_net *n, int x, int64_t channels, int64_t kh, int64_t kw,
                          int64_t stride, nn_padding padding)
{
    x = nn_conv(n, x, NULL, channels, (const int64_t[]){kh, kw}, stride, padding, false, false);
    x = nn_batchnorm(n, x, NULL, n->framework == NN_TORCH);
    return nn_relu(n, x, NULL);
}

static int conv_bn(nn_net *n, int x, int64_t channels, int64_t kernel)
{
    return conv_bn_kernel(n, x, channels, kernel, kernel, 1, NN_SAME);
}

static int conv_bn_down(nn_net *n, int x, int64_t channels)
{
    return conv_bn_kernel(n, x, channels, 3, 3, 2, NN_VALID);
}

static int stem(nn_net *n, int x)
{
    x = conv_bn_down(n, x, 32);
    x = conv_bn_kernel(n, x, 32, 3, 3, 1, NN_VALID);
    x = conv_bn(n, x, 64, 3);
    x = nn_maxpool(n, x, NULL, 3, 2);
    x = conv_bn_kernel(n, x, 80, 1, 1, 1, NN_VALID);
    x = conv_bn_kernel(n, x, 192, 3, 3, 1, NN_VALID);
    return nn_maxpool(n, x, NULL, 3, 2);
}

static int mixed_5b(nn_net *n, int x)
{
    int branch[4];
    branch[0] = conv_bn(n, x, 96, 1);
    branch[1] = conv_bn(n, conv_bn(n, x, 48, 1), 64, 5);
    branch[2] = conv_bn(n, conv_bn(n, conv_bn(n, x, 64, 1), 96, 3), 96, 3);
    branch[3] = conv_bn(n, nn_avgpool_same(n, x, NULL, 3), 64, 1);
    return nn_concat(n, branch, 4, "mixed_5b");
}

static int mixed_6a(nn_net *n, int x)
{
    int branch[3];
    branch[0] = conv_bn_down(n, x, 384);
    branch[1] = conv_bn_down(n, conv_bn(n, conv_bn(n, x, 256, 1), 256, 3), 384);
    branch[2] = nn_maxpool(n, x, NULL, 3, 2);
    return nn_concat(n, branch, 3, "mixed_6a");
}

static int mixed_7a(nn_net *n, int x)
{
    int branch[4];
    branch[0] = conv_bn_down(n, conv_bn(n, x, 256, 1), 384);
    branch[1] = conv_bn_down(n, conv_bn(n, x, 256, 1), 288);
    branch[2] = conv_bn_down(n, conv_bn(n, conv_bn(n, x, 256, 1), 288, 3), 320);
    branch[3] = nn_maxpool(n, x, NULL, 3, 2);
    return nn_concat(n, branch, 4, "mixed_7a");
}

/* Concatenates the branches, maps them to the channels of x by a 1 x 1 convolution (with bias,
 * without batch norm) and adds them to x, scaled. */
static int residual(nn_net *n, int x, const int *branches, int count, const char *block,
                    double scale, bool relu)
{
    char name[NN_NAME];
    snprintf(name, sizeof name, "%s_mixed", block);
    const int mixed = nn_concat(n, branches, count, name);
    snprintf(name, sizeof name, "%s_conv", block);
    const int up = nn_conv(n, mixed, name, n->layers[x].channels, (const int64_t[]){1, 1}, 1,
                           NN_SAME, true, false);
    x = nn_scaled_add(n, x, up, scale, NULL);
    snprintf(name, sizeof name, "%s_ac", block);
    return relu ? nn_relu(n, x, name) : x;
}

static int block35(nn_net *n, int x, int i)
{
    char name[NN_NAME];
    int branch[3];
    branch[0] = conv_bn(n, x, 32, 1);
    branch[1] = conv_bn(n, conv_bn(n, x, 32, 1), 32, 3);
    branch[2] = conv_bn(n, conv_bn(n, conv_bn(n, x, 32, 1), 48, 3), 64, 3);
    snprintf(name, sizeof name, "block35_%d", i);
    return residual(n, x, branch, 3, name, 0.17, true);
}

/* block17 and block8: one 1 x 1 branch, and one of 1 x 1, 1 x k and k x 1. */
static int two_branches(nn_net *n, int x, const char *name, const int64_t channels[3], int64_t k,
                        double scale, bool relu)
{
    int branch[2];
    branch[0] = conv_bn(n, x, 192, 1);
    int y = conv_bn(n, x, channels[0], 1);
    y = conv_bn_kernel(n, y, channels[1], 1, k, 1, NN_SAME);
    branch[1] = conv_bn_kernel(n, y, channels[2], k, 1, 1, NN_SAME);
    return residual(n, x, branch, 2, name, scale, relu);
}

void nn_build_inceptionresnetv2(nn_net *n, int64_t height, int64_t width)
{
    static const int64_t width17[3] = {128, 160, 192}, width8[3] = {192, 224, 256};
    char name[NN_NAME];

    int x = mixed_5b(n, stem(n, nn_input(n, height, width)));
    for (int i = 1; i <= 10; i++)
        x = block35(n, x, i);
    x = mixed_6a(n, x);
    for (int i = 1; i <= 20; i++) {
        snprintf(name, sizeof name, "block17_%d", i);
        x = two_branches(n, x, name, width17, 7, 0.1, true);
    }
    x = mixed_7a(n, x);
    for (int i = 1; i <= 10; i++) {
        snprintf(name, sizeof name, "block8_%d", i);
        x = two_branches(n, x, name, width8, 3, i < 10 ? 0.2 : 1.0, i < 10);
    }
    x = nn_conv(n, x, "conv_7b", 1536, (const int64_t[]){1, 1}, 1, NN_SAME, false, false);
    x = nn_batchnorm(n, x, "conv_7b_bn", n->framework == NN_TORCH);
    nn_relu(n, x, "conv_7b_ac");
}

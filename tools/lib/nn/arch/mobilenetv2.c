/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MobileNetV2, alpha 1.0, without its classifier: keras/src/applications/mobilenet_v2.py. PyTorch's
 * variant (torchvision/models/mobilenetv2.py, timm's mobilenetv2_100) pads all sides by 1 where the
 * stride is 2.
 */
#include "nn/arch/networks.h"

#include <stdio.h>

static const int64_t k1[2] = {1, 1};
static const int64_t k3[2] = {3, 3};

/* correct_pad() for a 3 x 3 kernel: Keras pads an even side only at the bottom or right. */
static int pad_for_stride(nn_net *n, int x, const char *name)
{
    const nn_layer *in = &n->layers[x];
    const bool torch = n->framework == NN_TORCH;
    const int64_t pad[4] = {torch ? 1 : in->height % 2, 1, torch ? 1 : in->width % 2, 1};
    return nn_zeropad(n, x, name, pad);
}

static int inverted_residual(nn_net *n, int x, const char *prefix, int64_t channels, int64_t stride,
                             int64_t expansion)
{
    char name[NN_NAME];
#define NAMED(suffix) (snprintf(name, sizeof name, "%s_" suffix, prefix), name)
    const int shortcut = x;
    const int64_t in_channels = n->layers[x].channels;
    if (expansion > 1) {
        x = nn_conv(n, x, NAMED("expand"), expansion * in_channels, k1, 1, NN_SAME, false, false);
        x = nn_batchnorm(n, x, NAMED("expand_BN"), true);
        x = nn_relu6(n, x, NAMED("expand_relu"));
    }
    if (stride == 2)
        x = pad_for_stride(n, x, NAMED("pad"));
    x = nn_depthwise(n, x, NAMED("depthwise"), 3, stride, stride == 1 ? NN_SAME : NN_VALID);
    x = nn_batchnorm(n, x, NAMED("depthwise_BN"), true);
    x = nn_relu6(n, x, NAMED("depthwise_relu"));
    x = nn_conv(n, x, NAMED("project"), channels, k1, 1, NN_SAME, false, false);
    x = nn_batchnorm(n, x, NAMED("project_BN"), true);
    if (stride == 1 && in_channels == channels)
        x = nn_add(n, shortcut, x, NAMED("add"));
#undef NAMED
    return x;
}

void nn_build_mobilenetv2(nn_net *n, int64_t height, int64_t width)
{
    static const struct {
        int blocks;
        int64_t channels, stride; /* of the first block; the others have stride 1 */
    } groups[] = {{2, 24, 2}, {3, 32, 2}, {4, 64, 2}, {3, 96, 1}, {3, 160, 2}, {1, 320, 1}};

    int x = nn_input(n, height, width);
    const nn_padding padding = n->framework == NN_TORCH ? NN_SYMMETRIC : NN_SAME;
    x = nn_conv(n, x, "Conv1", 32, k3, 2, padding, false, false);
    x = nn_batchnorm(n, x, "bn_Conv1", true);
    x = nn_relu6(n, x, "Conv1_relu");
    x = inverted_residual(n, x, "expanded_conv", 16, 1, 1);
    int block = 1;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (int i = 0; i < groups[g].blocks; i++) {
            char prefix[NN_NAME - 16];
            snprintf(prefix, sizeof prefix, "block_%d", block++);
            x = inverted_residual(n, x, prefix, groups[g].channels, i ? 1 : groups[g].stride, 6);
        }
    x = nn_conv(n, x, "Conv_1", 1280, k1, 1, NN_VALID, false, false);
    x = nn_batchnorm(n, x, "Conv_1_bn", true);
    nn_relu6(n, x, "out_relu");
}

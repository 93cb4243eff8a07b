/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/layers.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>

/* Keras' automatic name for a layer of this kind. */
static const char *const auto_name[] = {
    [NN_INPUT] = "input_layer",
    [NN_CONV] = "conv2d",
    [NN_DEPTHWISE] = "depthwise_conv2d",
    [NN_BATCHNORM] = "batch_normalization",
    [NN_RELU] = "activation",
    [NN_RELU6] = "re_lu",
    [NN_ZEROPAD] = "zero_padding2d",
    [NN_MAXPOOL] = "max_pooling2d",
    [NN_AVGPOOL] = "average_pooling2d",
    [NN_ADD] = "add",
    [NN_SCALED_ADD] = "custom_scale_layer",
    [NN_CONCAT] = "concatenate",
};

static nn_layer *append(nn_net *n, nn_op op, const char *name, const int *inputs, int ninputs)
{
    n->layers = hl_array_reserve(n->layers, (size_t)n->n + 1, &n->cap, sizeof *n->layers);
    nn_layer *l = &n->layers[n->n++];
    *l = (nn_layer){.op = op, .ninputs = ninputs, .kernel = {1, 1}, .stride = {1, 1}};
    for (int i = 0; i < ninputs; i++)
        l->inputs[i] = inputs[i];
    if (name)
        snprintf(l->name, sizeof l->name, "%s", name);
    else if (n->auto_names[op]++ == 0)
        snprintf(l->name, sizeof l->name, "%s", auto_name[op]);
    else
        snprintf(l->name, sizeof l->name, "%s_%d", auto_name[op], n->auto_names[op] - 1);
    if (ninputs) {
        const nn_layer *in = &n->layers[inputs[0]];
        l->height = in->height;
        l->width = in->width;
        l->channels = in->channels;
    }
    return l;
}

/* Computes padding and returns the output length of one dimension, as TensorFlow does. */
static int64_t output_length(int64_t in, int64_t kernel, int64_t stride, nn_padding padding,
                             int64_t *before, int64_t *after)
{
    if (padding == NN_SYMMETRIC)
        *before = *after = kernel / 2;
    if (padding != NN_SAME) {
        const int64_t padded = in + *before + *after;
        return padded < kernel ? 0 : (padded - kernel) / stride + 1;
    }
    const int64_t out = (in + stride - 1) / stride;
    const int64_t missing = (out - 1) * stride + kernel - in;
    const int64_t total = missing > 0 ? missing : 0;
    *before = total / 2;
    *after = total - total / 2;
    return out;
}

static void set_window(nn_layer *l, const int64_t kernel[2], int64_t stride, nn_padding padding)
{
    l->kernel[0] = kernel[0];
    l->kernel[1] = kernel[1];
    l->stride[0] = l->stride[1] = stride;
    l->height = output_length(l->height, kernel[0], stride, padding, &l->pad[0], &l->pad[1]);
    l->width = output_length(l->width, kernel[1], stride, padding, &l->pad[2], &l->pad[3]);
}

int nn_input(nn_net *n, int64_t height, int64_t width)
{
    nn_layer *l = append(n, NN_INPUT, NULL, NULL, 0);
    l->height = height;
    l->width = width;
    l->channels = 3;
    return n->n - 1;
}

int nn_conv(nn_net *n, int in, const char *name, int64_t channels, const int64_t kernel[2],
            int64_t stride, nn_padding padding, bool bias, bool relu)
{
    nn_layer *l = append(n, NN_CONV, name, &in, 1);
    set_window(l, kernel, stride, padding);
    l->channels = channels;
    l->bias = bias;
    l->relu = relu;
    return n->n - 1;
}

int nn_depthwise(nn_net *n, int in, const char *name, int64_t kernel, int64_t stride,
                 nn_padding padding)
{
    set_window(append(n, NN_DEPTHWISE, name, &in, 1), (const int64_t[]){kernel, kernel}, stride,
               padding);
    return n->n - 1;
}

int nn_batchnorm(nn_net *n, int in, const char *name, bool gamma)
{
    append(n, NN_BATCHNORM, name, &in, 1)->gamma = gamma;
    return n->n - 1;
}

int nn_relu(nn_net *n, int in, const char *name)
{
    append(n, NN_RELU, name, &in, 1);
    return n->n - 1;
}

int nn_relu6(nn_net *n, int in, const char *name)
{
    append(n, NN_RELU6, name, &in, 1);
    return n->n - 1;
}

int nn_zeropad(nn_net *n, int in, const char *name, const int64_t pad[4])
{
    nn_layer *l = append(n, NN_ZEROPAD, name, &in, 1);
    memcpy(l->pad, pad, sizeof l->pad);
    l->height += pad[0] + pad[1];
    l->width += pad[2] + pad[3];
    return n->n - 1;
}

int nn_maxpool(nn_net *n, int in, const char *name, int64_t kernel, int64_t stride)
{
    set_window(append(n, NN_MAXPOOL, name, &in, 1), (const int64_t[]){kernel, kernel}, stride,
               NN_VALID);
    return n->n - 1;
}

int nn_avgpool_same(nn_net *n, int in, const char *name, int64_t kernel)
{
    set_window(append(n, NN_AVGPOOL, name, &in, 1), (const int64_t[]){kernel, kernel}, 1, NN_SAME);
    return n->n - 1;
}

int nn_add(nn_net *n, int a, int b, const char *name)
{
    append(n, NN_ADD, name, (const int[]){a, b}, 2);
    return n->n - 1;
}

int nn_scaled_add(nn_net *n, int a, int b, double scale, const char *name)
{
    append(n, NN_SCALED_ADD, name, (const int[]){a, b}, 2)->scale = scale;
    return n->n - 1;
}

int nn_concat(nn_net *n, const int *inputs, int count, const char *name)
{
    nn_layer *l = append(n, NN_CONCAT, name, inputs, count);
    for (int i = 1; i < count; i++)
        l->channels += n->layers[inputs[i]].channels;
    return n->n - 1;
}

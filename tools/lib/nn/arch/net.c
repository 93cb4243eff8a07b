/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/net.h"

#include "base/array.h"
#include "base/mem.h"
#include "data/backbones.h"
#include "nn/arch/networks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const nn_framework_names[NN_FRAMEWORKS] = {"keras", "torch"};

static const struct {
    const char *name;
    void (*build)(nn_net *n, int64_t height, int64_t width);
    double torch_epsilon;        /* Keras Applications have 1e-3 everywhere */
    const char *torch_normalize; /* for the published weights of timm and torchvision */
    double momentum;
} networks[] = {
    {"vgg16", nn_build_vgg16, 1e-5, "torch", 0.99},
    {"inceptionresnetv2", nn_build_inceptionresnetv2, 1e-3, "tf", 0.99},
    {"mobilenetv2", nn_build_mobilenetv2, 1e-5, "torch", 0.999},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

/* What Keras calls a layer of this kind that was given no name. */
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

/* ---- appending ---- */

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

/* Padding and output length along one side, as TensorFlow computes them. */
static int64_t slide(int64_t in, int64_t kernel, int64_t stride, nn_padding padding,
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
    l->height = slide(l->height, kernel[0], stride, padding, &l->pad[0], &l->pad[1]);
    l->width = slide(l->width, kernel[1], stride, padding, &l->pad[2], &l->pad[3]);
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

/* ---- Keras' numbering ---- */

/* keras/src/ops/function.py, map_graph: layers by decreasing distance from the output, and within
 * one distance in the order in which a depth-first walk from the output meets them. */
static void visit(const nn_net *n, int layer, int *met, int *count)
{
    if (met[layer] >= 0)
        return;
    met[layer] = (*count)++;
    for (int i = 0; i < n->layers[layer].ninputs; i++)
        visit(n, n->layers[layer].inputs[i], met, count);
}

typedef struct rank {
    int layer, depth, met;
} rank;

static int compare_rank(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    return x->depth != y->depth ? y->depth - x->depth : x->met - y->met;
}

static void number_layers(nn_net *n)
{
    const size_t count = (size_t)n->n;
    int *met = hl_malloc(count, sizeof *met), walked = 0;
    rank *ranks = hl_calloc(count, sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        met[i] = -1;
    visit(n, nn_net_output(n), met, &walked);
    for (int i = n->n - 1; i >= 0; i--) { /* what uses a layer stands behind it */
        ranks[i].layer = i;
        ranks[i].met = met[i];
        for (int k = 0; k < n->layers[i].ninputs; k++) {
            rank *in = &ranks[n->layers[i].inputs[k]];
            in->depth = in->depth > ranks[i].depth + 1 ? in->depth : ranks[i].depth + 1;
        }
    }
    qsort(ranks, count, sizeof *ranks, compare_rank);
    n->order = hl_malloc(count, sizeof *n->order);
    for (size_t i = 0; i < count; i++)
        n->order[i] = ranks[i].layer;
    free(ranks);
    free(met);
}

/* ---- the whole ---- */

static int check_sizes(const nn_net *n, hl_err *e)
{
    const nn_layer *in = &n->layers[0];
    for (int i = 0; i < n->n; i++)
        if (n->layers[i].height < 1 || n->layers[i].width < 1)
            return hl_fail(e,
                           "%s: an input of %" PRId64 " x %" PRId64
                           " pixels is too small: nothing is left at layer %s",
                           n->name, in->height, in->width, n->layers[i].name);
    return 0;
}

int nn_net_build(nn_net *n, const char *name, int64_t height, int64_t width, hl_err *e)
{
    return nn_net_build_for(n, name, NN_KERAS, height, width, e);
}

int nn_net_build_for(nn_net *n, const char *name, nn_framework framework, int64_t height,
                     int64_t width, hl_err *e)
{
    for (size_t i = 0; i < NETWORKS; i++) {
        if (strcmp(networks[i].name, name) != 0)
            continue;
        *n = (nn_net){.name = networks[i].name,
                      .framework = framework,
                      .momentum = networks[i].momentum,
                      .epsilon = framework == NN_TORCH ? networks[i].torch_epsilon : 1e-3};
        networks[i].build(n, height, width);
        if (check_sizes(n, e)) {
            nn_net_free(n);
            return -1;
        }
        number_layers(n);
        return 0;
    }
    return hl_fail(e, "unknown backbone '%s': expected vgg16, inceptionresnetv2 or mobilenetv2",
                   name);
}

void nn_net_free(nn_net *n)
{
    free(n->layers);
    free(n->order);
    *n = (nn_net){0};
}

const char *nn_net_own_normalize(const nn_net *n)
{
    for (size_t i = 0; n->framework == NN_TORCH && i < NETWORKS; i++)
        if (strcmp(networks[i].name, n->name) == 0)
            return networks[i].torch_normalize;
    return hl_backbone_find(n->name)->normalize;
}

int nn_net_find(const nn_net *n, const char *layer)
{
    for (int i = 0; i < n->n; i++)
        if (strcmp(n->layers[i].name, layer) == 0)
            return i;
    return -1;
}

int nn_net_output(const nn_net *n)
{
    return n->n - 1;
}

/* ---- cutting ---- */

void nn_net_downstream(const nn_net *n, int cut, bool *behind)
{
    for (int i = 0; i < n->n; i++) {
        behind[i] = false;
        for (int k = 0; k < n->layers[i].ninputs; k++)
            behind[i] |= n->layers[i].inputs[k] == cut || behind[n->layers[i].inputs[k]];
    }
}

/* Whether all that is behind the cut looks at nothing before it, and the output is behind it. */
static bool separates(const nn_net *n, int cut, const bool *behind)
{
    for (int i = 0; i < n->n; i++)
        for (int k = 0; behind[i] && k < n->layers[i].ninputs; k++)
            if (n->layers[i].inputs[k] != cut && !behind[n->layers[i].inputs[k]])
                return false;
    return cut == nn_net_output(n) || behind[nn_net_output(n)];
}

int nn_net_feature_layer(const nn_net *n, int count, int *cut, hl_err *e)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    if (count < 1 || count > n->n)
        return hl_fail(e, "%s: expected from 1 to %d layers to unfreeze, found %d", n->name, n->n,
                       count);
    bool *behind = hl_malloc((size_t)n->n, sizeof *behind), any = false;
    for (int c = n->n - 1; c >= 0; c--) {
        nn_net_downstream(n, c, behind);
        bool fits = separates(n, c, behind);
        for (int i = n->n - count; i < n->n; i++)
            if (nn_net_weight_specs(n, n->order[i], specs)) {
                any = true;
                fits &= behind[n->order[i]];
            }
        if (fits && any) {
            *cut = c;
            free(behind);
            return 0;
        }
    }
    free(behind);
    return hl_fail(e, "%s: the last %d layers have no weights: expected more layers to unfreeze",
                   n->name, count);
}

/* ---- weights ---- */

static void add_vector(nn_weight_spec *specs, int *count, const char *name, int64_t size)
{
    specs[(*count)++] = (nn_weight_spec){name, 1, {size}, size};
}

int nn_net_weight_specs(const nn_net *n, int layer, nn_weight_spec specs[NN_MAX_WEIGHTS])
{
    const nn_layer *l = &n->layers[layer];
    const int64_t kh = l->kernel[0], kw = l->kernel[1], out = l->channels;
    int count = 0;
    if (l->op == NN_CONV) {
        const int64_t in = n->layers[l->inputs[0]].channels;
        specs[count++] = (nn_weight_spec){"kernel", 4, {kh, kw, in, out}, kh * kw * in * out};
        if (l->bias)
            add_vector(specs, &count, "bias", out);
    } else if (l->op == NN_DEPTHWISE) {
        specs[count++] = (nn_weight_spec){"depthwise_kernel", 4, {kh, kw, out, 1}, kh * kw * out};
    } else if (l->op == NN_BATCHNORM) {
        if (l->gamma)
            add_vector(specs, &count, "gamma", out);
        add_vector(specs, &count, "beta", out);
        add_vector(specs, &count, "moving_mean", out);
        add_vector(specs, &count, "moving_variance", out);
    }
    return count;
}

size_t nn_net_weight_count(const nn_net *n)
{
    size_t count = 0;
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        for (int k = nn_net_weight_specs(n, i, specs) - 1; k >= 0; k--)
            count += (size_t)specs[k].size;
    }
    return count;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/weight_specs.h"

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

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/summary.h"

#include <inttypes.h>
#include <string.h>

const char *net_kind(const net_layer *l)
{
    static const char *const kinds[] = {
        [NET_INPUT] = "InputLayer",
        [NET_CONV] = "Conv2D",
        [NET_DEPTHWISE] = "DepthwiseConv2D",
        [NET_BATCHNORM] = "BatchNormalization",
        [NET_RELU] = "Activation",
        [NET_RELU6] = "ReLU",
        [NET_ZEROPAD] = "ZeroPadding2D",
        [NET_MAXPOOL] = "MaxPooling2D",
        [NET_AVGPOOL] = "AveragePooling2D",
        [NET_ADD] = "Add",
        [NET_SCALED_ADD] = "CustomScaleLayer",
        [NET_CONCAT] = "Concatenate",
    };
    return kinds[l->op];
}

static int64_t multiply_adds(const net *n, const net_layer *l)
{
    const int64_t window = l->height * l->width * l->kernel[0] * l->kernel[1] * l->channels;
    if (l->op == NET_CONV)
        return window * n->layers[l->inputs[0]].channels;
    return l->op == NET_DEPTHWISE ? window : 0;
}

static int64_t parameters(const net *n, int layer, int64_t *fixed)
{
    net_weight_spec specs[NET_MAX_WEIGHTS];
    const int count = net_weight_specs(n, layer, specs);
    int64_t sum = 0;
    for (int k = 0; k < count; k++) {
        sum += specs[k].size;
        if (strncmp(specs[k].name, "moving_", 7) == 0)
            *fixed += specs[k].size;
    }
    return sum;
}

void net_print_table(const net *n, FILE *fp)
{
    int64_t total = 0, fixed = 0, work = 0;
    fprintf(fp, "index\tname\tkind\toutput\tparameters\tmultiply_adds\n");
    for (int i = 0; i < n->n; i++) {
        const net_layer *l = &n->layers[n->order[i]];
        const int64_t own = parameters(n, n->order[i], &fixed), macs = multiply_adds(n, l);
        fprintf(fp, "%d\t%s\t%s\t%" PRId64 "x%" PRId64 "x%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n",
                i, l->name, net_kind(l), l->height, l->width, l->channels, own, macs);
        total += own;
        work += macs;
    }
    fprintf(fp,
            "#total\t%" PRId64 "\n#trainable\t%" PRId64 "\n#non-trainable\t%" PRId64
            "\n#multiply-adds\t%" PRId64 "\n",
            total, total - fixed, fixed, work);
}

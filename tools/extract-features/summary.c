/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary.h"
#include "nn/arch/weight_specs.h"

#include <inttypes.h>
#include <string.h>

const char *extract_layer_kind(const nn_layer *l)
{
    static const char *const kinds[] = {
        [NN_INPUT] = "InputLayer",
        [NN_CONV] = "Conv2D",
        [NN_DEPTHWISE] = "DepthwiseConv2D",
        [NN_BATCHNORM] = "BatchNormalization",
        [NN_RELU] = "Activation",
        [NN_RELU6] = "ReLU",
        [NN_ZEROPAD] = "ZeroPadding2D",
        [NN_MAXPOOL] = "MaxPooling2D",
        [NN_AVGPOOL] = "AveragePooling2D",
        [NN_ADD] = "Add",
        [NN_SCALED_ADD] = "CustomScaleLayer",
        [NN_CONCAT] = "Concatenate",
    };
    return kinds[l->op];
}

static int64_t multiply_adds(const nn_net *n, const nn_layer *l)
{
    const int64_t window = l->height * l->width * l->kernel[0] * l->kernel[1] * l->channels;
    if (l->op == NN_CONV)
        return window * n->layers[l->inputs[0]].channels;
    return l->op == NN_DEPTHWISE ? window : 0;
}

static int64_t parameters(const nn_net *n, int layer, int64_t *non_trainable)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    const int count = nn_net_weight_specs(n, layer, specs);
    int64_t sum = 0;
    for (int k = 0; k < count; k++) {
        sum += specs[k].size;
        if (strncmp(specs[k].name, "moving_", 7) == 0)
            *non_trainable += specs[k].size;
    }
    return sum;
}

void extract_print_summary(const nn_net *n, FILE *fp)
{
    int64_t total = 0, non_trainable = 0, total_macs = 0;
    fprintf(fp, "index\tname\tkind\toutput\tparameters\tmultiply_adds\n");
    for (int i = 0; i < n->n; i++) {
        const nn_layer *l = &n->layers[n->order[i]];
        const int64_t params = parameters(n, n->order[i], &non_trainable),
                      macs = multiply_adds(n, l);
        fprintf(fp, "%d\t%s\t%s\t%" PRId64 "x%" PRId64 "x%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n",
                i, l->name, extract_layer_kind(l), l->height, l->width, l->channels, params, macs);
        total += params;
        total_macs += macs;
    }
    fprintf(fp,
            "#total\t%" PRId64 "\n#trainable\t%" PRId64 "\n#non-trainable\t%" PRId64
            "\n#multiply-adds\t%" PRId64 "\n",
            total, total - non_trainable, non_trainable, total_macs);
}

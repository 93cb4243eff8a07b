/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "nn/head/head_internal.h"

#include <stdlib.h>
#include <string.h>

/* Gradient with respect to a dense layer's input, from that of its output. */
static float *dense_backward(const nn_dense *d, const float *grad_out)
{
    float *grad_in = hl_malloc(d->inputs, sizeof *grad_in);
    for (size_t i = 0; i < d->inputs; i++) {
        double sum = 0;
        for (size_t k = 0; k < d->units; k++)
            sum += (double)d->kernel[i * d->units + k] * (double)grad_out[k];
        grad_in[i] = (float)sum;
    }
    return grad_in;
}

void nn_head_gradient(const nn_head *h, const float *pooled, uint32_t target, float *grad_pooled)
{
    float *values[NN_HEAD_MAX_LAYERS] = {NULL}, *standardized = nn_head_standardized(h, 1, pooled);
    const float *x = standardized ? standardized : pooled;
    for (size_t i = 0; i + 1 < h->nlayers; i++) {
        values[i] = hl_malloc(h->layers[i].units, sizeof *values[i]);
        nn_dense_predict(&h->layers[i], i ? values[i - 1] : x, 1, true, values[i]);
    }
    float *grad = hl_calloc(h->nclasses, sizeof *grad);
    grad[target] = 1;
    for (size_t i = h->nlayers; i-- > 0;) {
        float *grad_in = dense_backward(&h->layers[i], grad);
        for (size_t k = 0; i && k < h->layers[i].inputs; k++)
            grad_in[k] = values[i - 1][k] > 0 ? grad_in[k] : 0; /* ReLU */
        free(grad);
        grad = grad_in;
    }
    nn_standardizer_backward(&h->standardizer, grad, 1);
    memcpy(grad_pooled, grad, h->layers[0].inputs * sizeof *grad_pooled);
    free(grad);
    free(standardized);
    for (size_t i = 0; i < h->nlayers; i++)
        free(values[i]);
}

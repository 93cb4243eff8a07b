/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "nn/head/finetune_internal.h"
#include "nn/infer/torch_backend.h"

#include <stdlib.h>

/* ---- forward pass ---- */

static int run_batchnorm(nn_finetune *t, int layer, const ts_tensor *x, bool training,
                         ts_tensor **out)
{
    ts_tensor *const *w = t->layers[layer].weights;
    const bool gamma = t->n.layers[layer].gamma;
    const bool uses_batch_stats =
        training && t->layers[layer].unfrozen && t->o.batchnorm == NN_BN_TRAINING;
    ts_tensor *const *rest = w + (gamma ? 1 : 0);
    return ts_batch_norm(out, x, gamma ? w[0] : NULL, rest[0], rest[1], rest[2], t->n.epsilon,
                         uses_batch_stats, t->n.momentum);
}

static int run_layer(nn_finetune *t, int layer, ts_tensor *const *in, bool training,
                     ts_tensor **out)
{
    const nn_layer *l = &t->n.layers[layer];
    if (l->op == NN_BATCHNORM)
        return run_batchnorm(t, layer, in[0], training, out);
    ts_tensor *const *w = t->layers[layer].weights;
    if (!l->relu)
        return nn_torch_apply_layer(l, w[0], l->bias ? w[1] : NULL, in, out);
    ts_tensor *sum = NULL;
    int status = nn_torch_apply_layer(l, w[0], l->bias ? w[1] : NULL, in, &sum);
    if (status == 0)
        status = ts_relu(out, sum);
    ts_free(sum);
    return status;
}

static int run_layers(nn_finetune *t, ts_tensor **values, bool training, hl_err *e)
{
    for (int i = 0; i < t->n.n; i++) {
        if (!t->layers[i].used)
            continue;
        const nn_layer *l = &t->n.layers[i];
        ts_tensor *in[NN_MAX_INPUTS];
        for (int k = 0; k < l->ninputs; k++)
            in[k] = values[l->inputs[k]];
        if (run_layer(t, i, in, training, &values[i]))
            return nn_finetune_torch_error(l->name, e);
    }
    return 0;
}

int nn_finetune_maps(nn_finetune *t, const ts_tensor *x, bool training, ts_tensor **maps, hl_err *e)
{
    const nn_layer *in = &t->n.layers[t->feature_layer];
    ts_tensor **values = hl_calloc((size_t)t->n.n, sizeof *values);
    int status = ts_from_hwc(&values[t->feature_layer], x, in->height, in->width, in->channels);
    status = status ? nn_finetune_torch_error(in->name, e) : run_layers(t, values, training, e);
    if (status == 0 && ts_share(maps, values[nn_net_output(&t->n)]))
        status = nn_finetune_torch_error("output", e);
    for (int i = 0; i < t->n.n; i++)
        ts_free(values[i]);
    free(values);
    return status;
}

/* Computes the pooled maps of the last layer, as a tensor and in host memory. */
static int run_pooled(nn_finetune *t, const float *features, size_t n, bool training,
                      ts_tensor **out, float *pooled, hl_err *e)
{
    const int64_t shape[2] = {(int64_t)n, (int64_t)nn_finetune_inputs(t)};
    ts_tensor *x = NULL, *maps = NULL;
    int status = 0;
    *out = NULL;
    if (ts_view_data(&x, (float *)features, TS_F32, 2, shape))
        status = nn_finetune_torch_error("features", e);
    if (status == 0)
        status = nn_finetune_maps(t, x, training, &maps, e);
    if (status == 0 && (nn_pool_map(t->o.pool, maps, out) ||
                        ts_to_data(*out, pooled, n * nn_finetune_outputs(t) * sizeof *pooled)))
        status = nn_finetune_torch_error("pooling", e);
    ts_free(maps);
    ts_free(x);
    if (status) {
        ts_free(*out);
        *out = NULL;
    }
    return status;
}

int nn_finetune_pooled(nn_finetune *t, const float *features, size_t n, float *pooled, hl_err *e)
{
    ts_tensor *tensor;
    ts_record_gradients(0);
    const int status = run_pooled(t, features, n, false, &tensor, pooled, e);
    ts_record_gradients(1);
    ts_free(tensor);
    return status;
}

/* ---- training ---- */

static int require_gradients(nn_finetune *t, hl_err *e)
{
    for (size_t i = 0; i < t->nparams; i++)
        if (!t->params[i].is_average && ts_require_grad(t->params[i].tensor))
            return nn_finetune_torch_error("parameters", e);
    return 0;
}

int nn_finetune_forward(nn_finetune *t, const float *features, size_t n, ts_tensor **graph,
                        float *pooled, hl_err *e)
{
    return require_gradients(t, e) ? -1 : run_pooled(t, features, n, true, graph, pooled, e);
}

static int pass_gradient(nn_finetune *t, size_t i, nn_finetune_update *update, void *ctx, hl_err *e)
{
    ts_tensor *gradient = NULL;
    float *values;
    const int failed = ts_gradient(&gradient, t->params[i].tensor) || ts_values(gradient, &values);
    if (!failed)
        update(ctx, i, values);
    ts_free(gradient);
    return failed || ts_clear_gradient(t->params[i].tensor)
               ? nn_finetune_torch_error("gradients", e)
               : 0;
}

int nn_finetune_backward(nn_finetune *t, ts_tensor *graph, const float *grad_out,
                         nn_finetune_update *update, void *ctx, hl_err *e)
{
    int status = ts_backward_from(graph, grad_out) ? nn_finetune_torch_error("gradients", e) : 0;
    ts_free(graph);
    for (size_t i = 0; i < t->nparams && status == 0; i++)
        if (!t->params[i].is_average)
            status = pass_gradient(t, i, update, ctx, e);
    return status;
}

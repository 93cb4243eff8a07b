/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/finetune.h"

#include "base/mem.h"
#include "nn/head/finetune_parts.h"
#include "nn/infer/torch_backend.h"
#include "nn/weights/weights.h"

#include <stdlib.h>
#include <string.h>

int nn_finetune_torch_error(const char *where, hl_err *e)
{
    return hl_fail(e, "%s: libtorch: %s", where, ts_last_error());
}

/* ---- making ---- */

/* Which layers are in it, and which of them are trained. */
static void choose_layers(nn_finetune *t)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    bool *behind = hl_malloc((size_t)t->n.n, sizeof *behind);
    nn_net_downstream(&t->n, t->cut, behind);
    t->layers = hl_calloc((size_t)t->n.n, sizeof *t->layers);
    for (int i = 0; i < t->n.n; i++) {
        t->layers[i].used = behind[i];
        t->layers[i].nweights = behind[i] ? nn_net_weight_specs(&t->n, i, specs) : 0;
    }
    for (int i = t->n.n - t->o.unfrozen; i < t->n.n; i++)
        t->layers[t->n.order[i]].unfrozen = true;
    free(behind);
}

int nn_finetune_start(nn_finetune **result, const hl_feature_space *space,
                      const nn_finetune_options *o, hl_err *e)
{
    nn_framework flavour = NN_KERAS;
    if (strcmp(space->framework, nn_framework_names[NN_TORCH]) == 0)
        flavour = NN_TORCH;
    nn_finetune *t = hl_calloc(1, sizeof *t);
    t->o = *o;
    int status = nn_net_build_for(&t->n, space->backbone, flavour, space->height, space->width, e);
    if (status == 0)
        status = nn_net_feature_layer(&t->n, o->unfrozen, &t->cut, e);
    if (status == 0 && (strcmp(space->feature_layer, t->n.layers[t->cut].name) != 0 ||
                        strcmp(space->pool, nn_pool_names[NN_POOL_FLATTEN]) != 0))
        status = hl_fail(e,
                         "unfreezing %d layers of %s needs the flattened maps of layer %s, found "
                         "features of layer %s, pooling %s",
                         o->unfrozen, t->n.name, t->n.layers[t->cut].name, space->feature_layer,
                         space->pool);
    if (status == 0)
        choose_layers(t);
    if (status)
        nn_finetune_free(t);
    else
        *result = t;
    return status;
}

/* Kernels are [KH, KW, I, O] in Keras and [O, I, KH, KW] in libtorch; depthwise ones [KH, KW, C, 1]
 * and [C, 1, KH, KW]. */
static const int *kernel_order(const nn_layer *l, bool to_torch)
{
    static const int depthwise[4] = {2, 3, 0, 1}, in[4] = {3, 2, 0, 1}, out[4] = {2, 3, 1, 0};
    return l->op == NN_DEPTHWISE ? depthwise : to_torch ? in : out;
}

int nn_finetune_set(nn_finetune *t, int layer, int weight, const float *keras, hl_err *e)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    nn_net_weight_specs(&t->n, layer, specs);
    const nn_layer *l = &t->n.layers[layer];
    ts_tensor *host = NULL, **to = &t->layers[layer].weights[weight];
    int failed = ts_from_data(&host, keras, TS_F32, specs[weight].rank, specs[weight].shape);
    if (!failed)
        failed = specs[weight].rank == 4 ? ts_permute(to, host, kernel_order(l, true))
                                         : ts_share(to, host);
    ts_free(host);
    return failed ? nn_finetune_torch_error(l->name, e) : 0;
}

int nn_finetune_get(const nn_finetune *t, int layer, int weight, float *keras, size_t bytes,
                    hl_err *e)
{
    const nn_layer *l = &t->n.layers[layer];
    const ts_tensor *from = t->layers[layer].weights[weight];
    ts_tensor *host = NULL;
    int failed = ts_rank(from) == 4 ? ts_permute(&host, from, kernel_order(l, false))
                                    : ts_share(&host, from);
    if (!failed)
        failed = ts_to_data(host, keras, bytes);
    ts_free(host);
    return failed ? nn_finetune_torch_error(l->name, e) : 0;
}

static bool is_moving(const nn_finetune *t, int layer, int weight)
{
    return t->n.layers[layer].op == NN_BATCHNORM && weight >= t->layers[layer].nweights - 2;
}

int nn_finetune_list_params(nn_finetune *t, hl_err *e)
{
    t->params = hl_calloc((size_t)t->n.n * NN_MAX_WEIGHTS, sizeof *t->params);
    for (int i = 0; i < t->n.n; i++)
        for (int k = 0; t->layers[i].unfrozen && k < t->layers[i].nweights; k++) {
            nn_finetune_value v = {t->layers[i].weights[k], NULL, is_moving(t, i, k)};
            if (v.is_average && t->o.batchnorm != NN_BN_TRAINING)
                continue;
            if (ts_values(v.tensor, &v.values))
                return nn_finetune_torch_error(t->n.layers[i].name, e);
            t->params[t->nparams++] = v;
        }
    return 0;
}

static int take_weights(nn_finetune *t, const nn_weights *w, hl_err *e)
{
    for (int i = 0; i < t->n.n; i++)
        for (int k = 0; k < t->layers[i].nweights; k++)
            if (nn_finetune_set(t, i, k, w->values[i][k], e))
                return -1;
    return nn_finetune_list_params(t, e);
}

static int load_weights(nn_finetune *t, const hl_feature_space *space, const char *source,
                        hl_err *e)
{
    nn_weights w;
    if (nn_weights_load(&w, &t->n, source, e))
        return -1;
    int status = 0;
    if (strcmp(w.identity, space->weights) != 0)
        status = hl_fail(e, "%s: the features were made with other weights: expected %s, found %s",
                         source, space->weights, w.identity);
    if (status == 0)
        status = take_weights(t, &w, e);
    nn_weights_free(&w);
    return status;
}

int nn_finetune_new(nn_finetune **result, const hl_feature_space *space, const char *weights,
                    const nn_finetune_options *o, hl_err *e)
{
    nn_finetune *t;
    if (nn_finetune_start(&t, space, o, e))
        return -1;
    const int status = load_weights(t, space, weights, e);
    if (status)
        nn_finetune_free(t);
    else
        *result = t;
    return status;
}

void nn_finetune_free(nn_finetune *t)
{
    if (!t)
        return;
    for (int i = 0; t->layers && i < t->n.n; i++)
        for (int k = 0; k < NN_MAX_WEIGHTS; k++)
            ts_free(t->layers[i].weights[k]);
    free(t->layers);
    free(t->params);
    nn_net_free(&t->n);
    free(t);
}

/* ---- what it is ---- */

const nn_finetune_options *nn_finetune_get_options(const nn_finetune *t)
{
    return &t->o;
}

const nn_net *nn_finetune_net(const nn_finetune *t)
{
    return &t->n;
}

size_t nn_finetune_inputs(const nn_finetune *t)
{
    return nn_pool_width(NN_POOL_FLATTEN, &t->n.layers[t->cut]);
}

size_t nn_finetune_outputs(const nn_finetune *t)
{
    return nn_pool_width(t->o.pool, &t->n.layers[nn_net_output(&t->n)]);
}

size_t nn_finetune_params(const nn_finetune *t)
{
    return t->nparams;
}

const nn_finetune_value *nn_finetune_param(const nn_finetune *t, size_t i)
{
    return &t->params[i];
}

/* ---- running ---- */

static int run_batchnorm(nn_finetune *t, int layer, const ts_tensor *x, bool training,
                         ts_tensor **out)
{
    ts_tensor *const *w = t->layers[layer].weights;
    const bool gamma = t->n.layers[layer].gamma;
    const bool by_batch = training && t->layers[layer].unfrozen && t->o.batchnorm == NN_BN_TRAINING;
    ts_tensor *const *rest = w + (gamma ? 1 : 0);
    return ts_batch_norm(out, x, gamma ? w[0] : NULL, rest[0], rest[1], rest[2], t->n.epsilon,
                         by_batch, t->n.momentum);
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
    const nn_layer *cut = &t->n.layers[t->cut];
    ts_tensor **values = hl_calloc((size_t)t->n.n, sizeof *values);
    int status = ts_from_hwc(&values[t->cut], x, cut->height, cut->width, cut->channels);
    status = status ? nn_finetune_torch_error(cut->name, e) : run_layers(t, values, training, e);
    if (status == 0 && ts_share(maps, values[nn_net_output(&t->n)]))
        status = nn_finetune_torch_error("output", e);
    for (int i = 0; i < t->n.n; i++)
        ts_free(values[i]);
    free(values);
    return status;
}

/* Maps of the last layer, pooled: as a tensor and in host memory. */
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

static int hand_over(nn_finetune *t, size_t i, nn_finetune_update *update, void *ctx, hl_err *e)
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

int nn_finetune_backward(nn_finetune *t, ts_tensor *graph, const float *slope,
                         nn_finetune_update *update, void *ctx, hl_err *e)
{
    int status = ts_backward_from(graph, slope) ? nn_finetune_torch_error("gradients", e) : 0;
    ts_free(graph);
    for (size_t i = 0; i < t->nparams && status == 0; i++)
        if (!t->params[i].is_average)
            status = hand_over(t, i, update, ctx, e);
    return status;
}

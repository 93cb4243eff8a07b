/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/finetune.h"

#include "base/mem.h"
#include "nn/arch/feature_layer.h"
#include "nn/arch/weight_specs.h"
#include "nn/head/finetune_internal.h"
#include "nn/weights/weights.h"

#include <stdlib.h>
#include <string.h>

int nn_finetune_torch_error(const char *where, hl_err *e)
{
    return hl_fail(e, "%s: libtorch: %s", where, ts_last_error());
}

/* ---- loading ---- */

/* Marks the layers that are run, and those that are trained. */
static void choose_layers(nn_finetune *t)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    bool *downstream = hl_malloc((size_t)t->n.n, sizeof *downstream);
    nn_net_downstream(&t->n, t->feature_layer, downstream);
    t->layers = hl_calloc((size_t)t->n.n, sizeof *t->layers);
    for (int i = 0; i < t->n.n; i++) {
        t->layers[i].used = downstream[i];
        t->layers[i].nweights = downstream[i] ? nn_net_weight_specs(&t->n, i, specs) : 0;
    }
    for (int i = t->n.n - t->o.unfrozen; i < t->n.n; i++)
        t->layers[t->n.order[i]].unfrozen = true;
    free(downstream);
}

int nn_finetune_start(nn_finetune **result, const hl_feature_space *space,
                      const nn_finetune_options *o, hl_err *e)
{
    nn_finetune *t = hl_calloc(1, sizeof *t);
    t->o = *o;
    int status = nn_net_build_for_feature_space(&t->n, space, e);
    if (status == 0)
        status = nn_net_feature_layer(&t->n, o->unfrozen, &t->feature_layer, e);
    if (status == 0 && (strcmp(space->feature_layer, t->n.layers[t->feature_layer].name) != 0 ||
                        strcmp(space->pool, nn_pool_names[NN_POOL_FLATTEN]) != 0))
        status = hl_fail(e,
                         "unfreezing %d layers of %s needs the flattened maps of layer %s, found "
                         "features of layer %s, pooling %s",
                         o->unfrozen, t->n.name, t->n.layers[t->feature_layer].name,
                         space->feature_layer, space->pool);
    if (status == 0)
        choose_layers(t);
    if (status)
        nn_finetune_free(t);
    else
        *result = t;
    return status;
}

/* Axes for converting a kernel between Keras' [KH, KW, I, O] and libtorch's [O, I, KH, KW], or, if
 * depthwise, between [KH, KW, C, 1] and [C, 1, KH, KW]. */
static const int *kernel_axes(const nn_layer *l, bool to_torch)
{
    static const int depthwise[4] = {2, 3, 0, 1}, to[4] = {3, 2, 0, 1}, from[4] = {2, 3, 1, 0};
    return l->op == NN_DEPTHWISE ? depthwise : to_torch ? to : from;
}

int nn_finetune_set(nn_finetune *t, int layer, int weight, const float *keras, hl_err *e)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    nn_net_weight_specs(&t->n, layer, specs);
    const nn_layer *l = &t->n.layers[layer];
    ts_tensor *host = NULL, **to = &t->layers[layer].weights[weight];
    int failed = ts_from_data(&host, keras, TS_F32, specs[weight].rank, specs[weight].shape);
    if (!failed)
        failed = specs[weight].rank == 4 ? ts_permute(to, host, kernel_axes(l, true))
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
    int failed =
        ts_rank(from) == 4 ? ts_permute(&host, from, kernel_axes(l, false)) : ts_share(&host, from);
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

static int set_weights(nn_finetune *t, const nn_weights *w, hl_err *e)
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
        status = set_weights(t, &w, e);
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

/* ---- properties ---- */

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
    return nn_pool_width(NN_POOL_FLATTEN, &t->n.layers[t->feature_layer]);
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

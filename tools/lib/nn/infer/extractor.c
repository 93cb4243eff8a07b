/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "nn/arch/feature_layer.h"
#include "nn/infer/extractor_internal.h"
#include "nn/weights/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- loading a network ---- */

/* Loads the network into the fastest engine for it on this machine. */
static int load_engine(nn_extractor *x, const nn_extractor_options *o, const nn_net *n,
                       const nn_weights *w, int feature_layer, hl_err *e)
{
    const nn_torch_options torch = {.dtype = o->dtype, .tf32 = o->tf32, .device = o->device};
    const bool is_bf16 = o->dtype == TS_BF16, has_kernels = o->dtype == TS_F32 || is_bf16;
    if (o->device != TS_CPU || !has_kernels || !nn_onednn_suits(n, feature_layer, is_bf16))
        return nn_torch_new(&x->torch, n, w, &feature_layer, 1, &torch, e);
    if (!x->batching.batch)
        x->batching.batch = nn_batching_onednn_batch(x, n, o->images);
    const nn_onednn_options onednn = {
        .batch = x->batching.batch, .workers = (size_t)ts_threads(), .bf16 = is_bf16};
    return nn_onednn_new(&x->onednn, n, w, feature_layer, &onednn, e);
}

static int find_feature_layer(const nn_net *n, const nn_extractor_options *o, int *layer, hl_err *e)
{
    if (o->unfreeze)
        return nn_net_feature_layer(n, o->unfreeze, layer, e);
    *layer = o->layer ? nn_net_find(n, o->layer) : nn_net_output(n);
    return *layer < 0 ? hl_fail(e, "%s: it has no layer '%s'", n->name, o->layer) : 0;
}

static void describe_features(hl_feature_space *s, const nn_extractor_options *o, const nn_net *n,
                              int feature_layer, const nn_weights *w)
{
    snprintf(s->backbone, sizeof s->backbone, "%s", n->name);
    if (n->framework != NN_KERAS)
        snprintf(s->framework, sizeof s->framework, "%s", nn_framework_names[n->framework]);
    snprintf(s->weights, sizeof s->weights, "%s", w->identity);
    snprintf(s->feature_layer, sizeof s->feature_layer, "%s", n->layers[feature_layer].name);
    snprintf(s->pool, sizeof s->pool, "%s", nn_pool_names[o->pool]);
}

/* Sets the scaling that was asked for, or else the network's own. */
static int choose_scaling(nn_extractor *x, const char *mode_given, const nn_net *n,
                          hl_feature_space *space, hl_err *e)
{
    x->own_normalize = nn_net_own_normalize(n);
    const char *mode = mode_given ? mode_given : x->own_normalize;
    snprintf(space->normalize, sizeof space->normalize, "%s", mode);
    return nn_normalize_make(&x->normalize, mode, e);
}

void nn_extractor_set_map(nn_extractor *x, const nn_layer *out)
{
    x->map[0] = out->height;
    x->map[1] = out->width;
    x->map[2] = out->channels;
    x->features = nn_pool_width(x->pool, out);
}

static int load_layers(nn_extractor *x, const nn_extractor_options *o, const nn_net *n,
                       hl_feature_space *space, hl_err *e)
{
    int feature_layer;
    nn_weights w;
    if (find_feature_layer(n, o, &feature_layer, e) ||
        choose_scaling(x, o->normalize, n, space, e) || nn_weights_load(&w, n, o->weights, e))
        return -1;
    nn_extractor_set_map(x, &n->layers[feature_layer]);
    describe_features(space, o, n, feature_layer, &w);
    const int status = load_engine(x, o, n, &w, feature_layer, e);
    nn_weights_free(&w);
    return status;
}

static int load_network(nn_extractor *x, const nn_extractor_options *o, hl_feature_space *space,
                        hl_err *e)
{
    nn_net n;
    nn_framework framework;
    if (nn_weights_framework(o->weights, &framework, e) ||
        nn_net_build_for(&n, o->backbone, framework, space->height, space->width, e))
        return -1;
    const int status = load_layers(x, o, &n, space, e);
    nn_net_free(&n);
    return status;
}

int nn_extractor_new(nn_extractor **result, const nn_extractor_options *o, hl_feature_space *space,
                     hl_err *e)
{
    nn_extractor *x = hl_calloc(1, sizeof *x);
    x->pool = o->pool;
    x->device = o->device;
    x->height = space->height;
    x->width = space->width;
    nn_batching_init(&x->batching, o->batch);
    ts_allow_tf32(o->tf32);
    const int status =
        o->is_module ? nn_extractor_load_module(x, o, space, e) : load_network(x, o, space, e);
    if (status == 0 && !x->batching.batch)
        x->batching.batch = nn_batching_torch_batch(x);
    if (status)
        nn_extractor_free(x);
    else
        *result = x;
    return status;
}

void nn_extractor_free(nn_extractor *x)
{
    if (!x)
        return;
    nn_torch_free(x->torch);
    nn_onednn_free(x->onednn);
    ts_module_free(x->module);
    nn_batching_free(&x->batching);
    free(x);
}

/* ---- properties ---- */

size_t nn_extractor_width(const nn_extractor *x)
{
    return x->features;
}

void nn_extractor_map_shape(const nn_extractor *x, int64_t shape[3])
{
    memcpy(shape, x->map, sizeof x->map);
}

const char *nn_extractor_own_normalize(const nn_extractor *x)
{
    return x->own_normalize;
}

const char *nn_extractor_engine(const nn_extractor *x)
{
    return x->onednn ? "oneDNN" : "libtorch";
}

bool nn_extractor_is_net_on_gpu(const nn_extractor *x)
{
    return x->torch && x->device == TS_CUDA;
}

/* ---- running one batch ---- */

int nn_extractor_torch_map(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                           ts_tensor **map, hl_err *e)
{
    const int64_t shape[4] = {(int64_t)n, x->height, x->width, channels};
    ts_tensor *bytes = NULL, *input = NULL;
    int status = ts_view_data(&bytes, (uint8_t *)images, TS_U8, 4, shape);
    if (status == 0)
        status = ts_lookup(&input, bytes, x->normalize.table, x->normalize.source, x->device);
    if (status)
        hl_fail(e, "input: libtorch: %s", ts_last_error());
    else if (x->torch)
        status = nn_torch_forward(x->torch, input, map, e);
    else if (ts_module_forward(map, x->module, input))
        status = hl_fail(e, "torchscript: libtorch: %s", ts_last_error());
    ts_free(input);
    ts_free(bytes);
    return status;
}

static int pool_to_host(const nn_extractor *x, const ts_tensor *map, size_t n, float *features,
                        hl_err *e)
{
    ts_tensor *pooled = NULL, *host = NULL;
    int status = x->gives_vectors ? ts_share(&pooled, map) : nn_pool_map(x->pool, map, &pooled);
    if (status == 0)
        status = ts_to(&host, pooled, TS_F32, TS_CPU);
    if (status == 0)
        status = ts_to_data(host, features, n * x->features * sizeof *features);
    ts_free(host);
    ts_free(pooled);
    return status ? hl_fail(e, "pooling: libtorch: %s", ts_last_error()) : 0;
}

int nn_extractor_run_torch(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                           float *features, hl_err *e)
{
    ts_tensor *map = NULL;
    int status = nn_extractor_torch_map(x, images, n, channels, &map, e);
    if (status == 0)
        status = pool_to_host(x, map, n, features, e);
    ts_free(map);
    return status;
}

int nn_extractor_run_onednn(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                            float *features, hl_err *e)
{
    const size_t area = (size_t)(x->map[0] * x->map[1]), depth = (size_t)x->map[2];
    if (x->pool == NN_POOL_FLATTEN)
        return nn_onednn_forward(x->onednn, images, n, channels, &x->normalize, features, e);
    float *map = hl_malloc(n * area * depth, sizeof *map);
    const int status = nn_onednn_forward(x->onednn, images, n, channels, &x->normalize, map, e);
    if (status == 0)
        nn_pool_values(x->pool, map, n, area, depth, features);
    free(map);
    return status;
}

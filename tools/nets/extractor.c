/* SPDX-License-Identifier: BSD-2-Clause */
#include "extractor.h"

#include "../common/log.h"
#include "../common/mem.h"
#include "net.h"
#include "normalize.h"
#include "run.h"
#include "weights.h"

#include <stdio.h>
#include <stdlib.h>

struct net_extractor {
    net_run *run;
    net_normalize normalize;
    net_pool pool;
    ts_device device;
    int64_t height, width; /* of the images */
    size_t features;
    size_t batch; /* largest that is tried; 0: any */
};

static int find_cut(const net *n, const char *layer, hl_err *e)
{
    const int cut = layer ? net_find(n, layer) : net_output(n);
    if (cut < 0)
        hl_fail(e, "%s: it has no layer '%s'", n->name, layer);
    return cut;
}

static void fill_space(hl_space *s, const net_extractor_options *o, const net *n, int cut,
                       const net_weights *w)
{
    static const char *const pools[] = {"avg", "max", "flatten"};
    snprintf(s->backbone, sizeof s->backbone, "%s", n->name);
    snprintf(s->weights, sizeof s->weights, "%s", w->identity);
    snprintf(s->normalize, sizeof s->normalize, "%s", o->normalize);
    snprintf(s->cut, sizeof s->cut, "%s", n->layers[cut].name);
    snprintf(s->pool, sizeof s->pool, "%s", pools[o->pool]);
}

static size_t feature_width(const net_layer *l, net_pool pool)
{
    return (size_t)(pool == NET_POOL_FLATTEN ? l->height * l->width * l->channels : l->channels);
}

static int prepare(net_extractor *x, const net_extractor_options *o, const net *n, hl_space *space,
                   hl_err *e)
{
    const int cut = find_cut(n, o->layer, e);
    if (cut < 0)
        return -1;
    net_weights w;
    if (net_weights_load(&w, n, o->weights, e))
        return -1;
    x->features = feature_width(&n->layers[cut], o->pool);
    fill_space(space, o, n, cut, &w);
    const int status = net_run_new(&x->run, n, &w, &cut, 1, o->dtype, o->device, e);
    net_weights_free(&w);
    return status;
}

int net_extractor_new(net_extractor **result, const net_extractor_options *o, hl_space *space,
                      hl_err *e)
{
    net n;
    if (net_build(&n, o->backbone, space->height, space->width, e))
        return -1;
    net_extractor *x = hl_calloc(1, sizeof *x);
    x->pool = o->pool;
    x->device = o->device;
    x->height = space->height;
    x->width = space->width;
    int status = net_normalize_make(&x->normalize, o->normalize, e);
    if (status == 0)
        status = prepare(x, o, &n, space, e);
    net_free(&n);
    if (status)
        net_extractor_free(x);
    else
        *result = x;
    return status;
}

void net_extractor_free(net_extractor *x)
{
    if (!x)
        return;
    net_run_free(x->run);
    free(x);
}

size_t net_extractor_width(const net_extractor *x)
{
    return x->features;
}

static int pool_map(const net_extractor *x, const ts_tensor *map, ts_tensor **out)
{
    switch (x->pool) {
    case NET_POOL_AVG:
        return ts_global_mean(out, map);
    case NET_POOL_MAX:
        return ts_global_max(out, map);
    case NET_POOL_FLATTEN:
        break;
    }
    return ts_flatten_hwc(out, map);
}

static int pooled_to_host(const net_extractor *x, const ts_tensor *map, size_t n, float *features,
                          hl_err *e)
{
    ts_tensor *pooled = NULL, *host = NULL;
    int status = pool_map(x, map, &pooled);
    if (status == 0)
        status = ts_to(&host, pooled, TS_F32, TS_CPU);
    if (status == 0)
        status = ts_to_data(host, features, n * x->features * sizeof *features);
    ts_free(host);
    ts_free(pooled);
    return status ? hl_fail(e, "pooling: libtorch: %s", ts_last_error()) : 0;
}

static int run_batch(net_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, hl_err *e)
{
    const int64_t shape[4] = {(int64_t)n, x->height, x->width, channels};
    ts_tensor *bytes = NULL, *input = NULL, *map = NULL;
    int status = ts_view_data(&bytes, (uint8_t *)images, TS_U8, 4, shape);
    if (status == 0)
        status = ts_lookup(&input, bytes, x->normalize.table, x->normalize.source, x->device);
    if (status)
        hl_fail(e, "input: libtorch: %s", ts_last_error());
    else
        status = net_run_forward(x->run, input, &map, e);
    ts_free(input);
    if (status == 0)
        status = pooled_to_host(x, map, n, features, e);
    ts_free(map);
    ts_free(bytes);
    return status;
}

int net_extractor_run(net_extractor *x, const uint8_t *images, size_t n, int channels,
                      float *features, hl_err *e)
{
    const size_t image = (size_t)(x->height * x->width) * (size_t)channels;
    for (size_t i = 0; i < n;) {
        const size_t rows = x->batch && x->batch < n - i ? x->batch : n - i;
        if (run_batch(x, images + i * image, rows, channels, features + i * x->features, e) == 0) {
            i += rows;
            continue;
        }
        if (!ts_was_out_of_memory() || rows == 1)
            return -1;
        x->batch = rows / 2;
        hl_log_warn("out of memory with a batch of %zu images: going on with %zu", rows, x->batch);
    }
    return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "head_parts.h"

#include "../common/mem.h"
#include "../common/names.h"
#include "../common/rng.h"
#include "dense.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hl_head_torch_error(hl_err *e)
{
    return hl_fail(e, "head: libtorch: %s", ts_last_error());
}

void hl_head_free(hl_head *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->nlayers; i++) {
        ts_free(h->layers[i].kernel_view);
        ts_free(h->layers[i].bias_view);
        free(h->layers[i].kernel);
        free(h->layers[i].bias);
    }
    net_tail_free(h->tail);
    hl_names_free(h->classes, h->nclasses);
    free(h->chain);
    free(h);
}

size_t hl_head_inputs(const hl_head *h)
{
    return h->tail ? net_tail_inputs(h->tail) : (size_t)h->layers[0].inputs;
}

size_t hl_head_classes(const hl_head *h)
{
    return h->nclasses;
}

const char *hl_head_class(const hl_head *h, size_t k)
{
    return h->classes[k];
}

char *const *hl_head_class_names(const hl_head *h)
{
    return h->classes;
}

const hl_space *hl_head_space(const hl_head *h)
{
    return &h->space;
}

const char *hl_head_chain(const hl_head *h)
{
    return h->chain;
}

const char *hl_head_id(const hl_head *h)
{
    return h->id;
}

int hl_head_check_classes(const hl_head *h, const char *name, char *const *classes, size_t n,
                          const char *of, hl_err *e)
{
    return hl_names_match(classes, n, of, h->classes, h->nclasses, name, e);
}

int hl_head_check_features(const hl_head *h, const char *name, const hl_features *f, hl_err *e)
{
    const char *file = hl_tf_name(f->samples.file);
    if (hl_space_match(&f->samples.space, file, &h->space, name, e) ||
        hl_head_check_classes(h, name, f->samples.classes, f->samples.nclasses, file, e))
        return -1;
    if (hl_head_inputs(h) != f->width)
        return hl_fail(e, "widths differ: %s has features of %zu values, %s takes %zu", file,
                       f->width, name, hl_head_inputs(h));
    return 0;
}

net_tail *hl_head_tail(const hl_head *h)
{
    return h->tail;
}

size_t hl_head_params(const hl_head *h)
{
    return 2 * h->nlayers + (h->tail ? net_tail_params(h->tail) : 0);
}

ts_tensor *hl_head_param(const hl_head *h, size_t i)
{
    if (i >= 2 * h->nlayers)
        return net_tail_param(h->tail, i - 2 * h->nlayers);
    const dense *d = &h->layers[i / 2];
    return i % 2 ? d->bias_view : d->kernel_view;
}

hl_param_kind hl_head_param_kind(const hl_head *h, size_t i)
{
    if (i >= 2 * h->nlayers)
        return net_tail_is_average(h->tail, i - 2 * h->nlayers) ? HL_PARAM_AVERAGE
                                                                : HL_PARAM_WEIGHT;
    return i % 2 ? HL_PARAM_WEIGHT : HL_PARAM_KERNEL;
}

size_t hl_head_hidden(const hl_head *h, size_t i)
{
    return i + 1 < h->nlayers ? (size_t)h->layers[i].units : 0;
}

/* ---- making ---- */

dense *hl_head_add_dense(hl_head *h, int64_t inputs, int64_t units)
{
    dense *d = &h->layers[h->nlayers++];
    *d = (dense){.inputs = inputs,
                 .units = units,
                 .kernel = hl_aligned((size_t)(inputs * units), sizeof *d->kernel),
                 .bias = hl_aligned((size_t)units, sizeof *d->bias)};
    return d;
}

int hl_head_use_torch(hl_head *h, hl_err *e)
{
    for (size_t i = 0; i < h->nlayers; i++) {
        dense *d = &h->layers[i];
        const int64_t shape[2] = {d->inputs, d->units};
        if (!d->kernel_view && (ts_view_data(&d->kernel_view, d->kernel, TS_F32, 2, shape) ||
                                ts_view_data(&d->bias_view, d->bias, TS_F32, 1, &d->units)))
            return hl_head_torch_error(e);
    }
    return 0;
}

static void add_glorot(hl_head *h, int64_t inputs, int64_t units, uint64_t seed)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "head/dense_%zu/kernel", h->nlayers + 1);
    hl_rng r = hl_rng_make(seed, purpose);
    const dense *d = hl_head_add_dense(h, inputs, units);
    const double limit = sqrt(6.0 / (double)(inputs + units));
    for (int64_t i = 0; i < inputs * units; i++)
        d->kernel[i] = (float)((2 * hl_rng_uniform(&r) - 1) * limit);
    memset(d->bias, 0, (size_t)units * sizeof *d->bias);
}

int hl_head_new(hl_head **result, size_t inputs, const int64_t *units, size_t nhidden,
                char *const *classes, size_t nclasses, const hl_space *space, net_tail *tail,
                uint64_t seed, hl_err *e)
{
    if (nhidden >= HL_HEAD_MAX_LAYERS)
        return hl_fail(e, "head: expected at most %d layers, found %zu", HL_HEAD_MAX_LAYERS,
                       nhidden + 1);
    hl_head *h = hl_calloc(1, sizeof *h);
    h->space = *space;
    h->classes = hl_names_copy(classes, nclasses);
    h->nclasses = nclasses;
    h->tail = tail;
    int64_t in = (int64_t)(tail ? net_tail_outputs(tail) : inputs);
    for (size_t i = 0; i <= nhidden; i++) {
        const int64_t out = i < nhidden ? units[i] : (int64_t)nclasses;
        add_glorot(h, in, out, seed);
        in = out;
    }
    const int status = hl_head_use_torch(h, e);
    if (status)
        hl_head_free(h);
    else
        *result = h;
    return status;
}

/* ---- running ---- */

/* One layer; takes over x. Hidden layers have a ReLU and perhaps a dropout mask. */
static int run_layer(const dense *d, bool hidden, const ts_tensor *mask, ts_tensor **x)
{
    ts_tensor *y = NULL, *z = NULL;
    int status = ts_dense(&y, *x, d->kernel_view, d->bias_view);
    if (status == 0 && hidden) {
        status = ts_relu(&z, y);
        ts_free(y);
        y = z;
    }
    if (status == 0 && hidden && mask) {
        status = ts_mul(&z, y, mask);
        ts_free(y);
        y = z;
    }
    ts_free(*x);
    *x = y;
    return status;
}

/* What the dense layers stand on: the features, or what the tail makes of them. */
static int run_tail(const hl_head *h, const ts_tensor *x, const hl_pass *pass, ts_tensor **out,
                    hl_err *e)
{
    if (!h->tail)
        return ts_share(out, x) ? hl_head_torch_error(e) : 0;
    ts_tensor *maps = NULL;
    int status = net_tail_maps(h->tail, x, pass != NULL, &maps, e);
    if (status == 0 && net_pool_map(net_tail_get_options(h->tail)->pool, maps, out))
        status = hl_head_torch_error(e);
    ts_free(maps);
    return status;
}

int hl_head_logits_of_pooled(const hl_head *h, const ts_tensor *x, const hl_pass *pass,
                             ts_tensor **logits, hl_err *e)
{
    ts_tensor *at = NULL;
    int status = ts_share(&at, x);
    for (size_t i = 0; i < h->nlayers && status == 0; i++) {
        const bool hidden = i + 1 < h->nlayers;
        status = run_layer(&h->layers[i], hidden, pass && hidden ? pass->masks[i] : NULL, &at);
    }
    if (status) {
        ts_free(at);
        return hl_head_torch_error(e);
    }
    *logits = at;
    return 0;
}

int hl_head_logits(const hl_head *h, const ts_tensor *x, const hl_pass *pass, ts_tensor **logits,
                   hl_err *e)
{
    ts_tensor *pooled = NULL;
    int status = run_tail(h, x, pass, &pooled, e);
    if (status == 0)
        status = hl_head_logits_of_pooled(h, pooled, pass, logits, e);
    ts_free(pooled);
    return status;
}

void hl_softmax(const float *logits, size_t n, double *p)
{
    double top = (double)logits[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        top = fmax(top, (double)logits[k]);
    for (size_t k = 0; k < n; k++)
        sum += p[k] = exp((double)logits[k] - top);
    for (size_t k = 0; k < n; k++)
        p[k] /= sum;
}

/* Logits through the tail, a few rows at a time: it has maps to keep. */
static int run_all_tail(const hl_head *h, size_t n, const float *features, float *logits, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += HL_TAIL_ROWS) {
        const size_t rows = n - i < HL_TAIL_ROWS ? n - i : HL_TAIL_ROWS;
        const int64_t shape[2] = {(int64_t)rows, (int64_t)hl_head_inputs(h)};
        float *from = (float *)features + i * hl_head_inputs(h), *to = logits + i * h->nclasses;
        ts_tensor *x = NULL, *y = NULL;
        status = ts_view_data(&x, from, TS_F32, 2, shape) ? hl_head_torch_error(e) : 0;
        if (status == 0)
            status = hl_head_logits(h, x, NULL, &y, e);
        if (status == 0 && ts_to_data(y, to, rows * h->nclasses * sizeof *to))
            status = hl_head_torch_error(e);
        ts_free(y);
        ts_free(x);
    }
    return status;
}

/* Logits of a head without a tail. */
static int run_all_dense(const hl_head *h, size_t n, const float *features, float *logits,
                         hl_err *e)
{
    float *hidden = NULL;
    const float *x = features;
    int status = 0;
    for (size_t i = 0; i < h->nlayers && status == 0; i++) {
        const dense *d = &h->layers[i];
        const size_t units = (size_t)d->units;
        const bool last = i + 1 == h->nlayers;
        float *y = last ? logits : hl_malloc(n * units, sizeof *y);
        status = net_dense(x, n, d->kernel, d->bias, (size_t)d->inputs, units, !last, y, e);
        free(hidden);
        x = hidden = last ? NULL : y;
    }
    free(hidden);
    return status;
}

int hl_head_predict(const hl_head *h, size_t n, const float *features, double *p, hl_err *e)
{
    const size_t k = h->nclasses;
    float *logits = hl_malloc(n * k, sizeof *logits);
    const int status = h->tail ? run_all_tail(h, n, features, logits, e)
                               : run_all_dense(h, n, features, logits, e);
    for (size_t i = 0; i < n && status == 0; i++)
        hl_softmax(logits + i * k, k, p + i * k);
    free(logits);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "base/rng.h"
#include "format/string_list.h"
#include "nn/head/dense.h"
#include "nn/head/head_internal.h"
#include "shim/held_signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that pass through the tail at a time: it has maps to keep. */
enum { TAIL_ROWS = 64 };

void nn_head_free(nn_head *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->nlayers; i++) {
        free(h->layers[i].kernel);
        free(h->layers[i].bias);
    }
    nn_finetune_free(h->tail);
    nn_standardizer_free(&h->standardizer);
    hl_string_list_free(h->classes, h->nclasses);
    free(h->chain);
    free(h);
}

size_t nn_head_inputs(const nn_head *h)
{
    return h->tail ? nn_finetune_inputs(h->tail) : h->layers[0].inputs;
}

size_t nn_head_dense_inputs(const nn_head *h)
{
    return h->layers[0].inputs;
}

size_t nn_head_classes(const nn_head *h)
{
    return h->nclasses;
}

const char *nn_head_class(const nn_head *h, size_t k)
{
    return h->classes[k];
}

char *const *nn_head_class_names(const nn_head *h)
{
    return h->classes;
}

const hl_feature_space *nn_head_feature_space(const nn_head *h)
{
    return &h->space;
}

const char *nn_head_provenance(const nn_head *h)
{
    return h->chain;
}

const char *nn_head_id(const nn_head *h)
{
    return h->id;
}

bool nn_head_id_is_old(const nn_head *h)
{
    return h->id_is_old;
}

int nn_head_check_classes(const nn_head *h, const char *name, char *const *classes, size_t n,
                          const char *of, hl_err *e)
{
    return hl_string_list_match(classes, n, of, h->classes, h->nclasses, name, e);
}

int nn_head_check_features(const nn_head *h, const char *name, const hl_features *f, hl_err *e)
{
    const char *file = hl_tf_name(f->samples.file);
    if (hl_feature_space_match(&f->samples.space, file, &h->space, name, e) ||
        nn_head_check_classes(h, name, f->samples.classes, f->samples.nclasses, file, e))
        return -1;
    return nn_head_check_width(h, name, f->width, file, e);
}

int nn_head_check_width(const nn_head *h, const char *name, size_t width, const char *of, hl_err *e)
{
    if (nn_head_inputs(h) == width)
        return 0;
    return hl_fail(e, "widths differ: %s has features of %zu values, %s takes %zu", of, width, name,
                   nn_head_inputs(h));
}

nn_finetune *nn_head_finetune(const nn_head *h)
{
    return h->tail;
}

size_t nn_head_params(const nn_head *h)
{
    return 2 * h->nlayers + (h->tail ? nn_finetune_params(h->tail) : 0);
}

static nn_param param_of_dense(const nn_dense *d, bool is_bias)
{
    if (is_bias)
        return (nn_param){NN_PARAM_WEIGHT, d->bias, d->units, 1, {(int64_t)d->units}};
    return (nn_param){NN_PARAM_KERNEL,
                      d->kernel,
                      d->inputs * d->units,
                      2,
                      {(int64_t)d->inputs, (int64_t)d->units}};
}

nn_param nn_head_param(const nn_head *h, size_t i)
{
    if (i < 2 * h->nlayers)
        return param_of_dense(&h->layers[i / 2], i % 2 == 1);
    const nn_finetune_value *v = nn_finetune_param(h->tail, i - 2 * h->nlayers);
    nn_param p = {
        v->is_average ? NN_PARAM_AVERAGE : NN_PARAM_WEIGHT, v->values, 1, ts_rank(v->tensor), {0}};
    for (int k = 0; k < p.rank; k++) {
        p.shape[k] = ts_dim(v->tensor, k);
        p.n *= (size_t)p.shape[k];
    }
    return p;
}

size_t nn_head_hidden(const nn_head *h, size_t i)
{
    return i + 1 < h->nlayers ? h->layers[i].units : 0;
}

/* ---- making ---- */

nn_dense *nn_head_add_dense(nn_head *h, size_t inputs, size_t units)
{
    nn_dense *d = &h->layers[h->nlayers++];
    *d = (nn_dense){.inputs = inputs,
                    .units = units,
                    .kernel = hl_aligned(inputs * units, sizeof *d->kernel),
                    .bias = hl_aligned(units, sizeof *d->bias)};
    return d;
}

static void add_glorot(nn_head *h, size_t inputs, size_t units, uint64_t seed)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "head/dense_%zu/kernel", h->nlayers + 1);
    hl_rng r = hl_rng_make(seed, purpose);
    const nn_dense *d = nn_head_add_dense(h, inputs, units);
    const double limit = sqrt(6.0 / (double)(inputs + units));
    for (size_t i = 0; i < inputs * units; i++)
        d->kernel[i] = (float)((2 * hl_rng_uniform(&r) - 1) * limit);
    memset(d->bias, 0, units * sizeof *d->bias);
}

int nn_head_new(nn_head **result, size_t inputs, const int64_t *units, size_t nhidden,
                char *const *classes, size_t nclasses, const hl_feature_space *space,
                nn_finetune *tail, uint64_t seed, hl_err *e)
{
    if (nhidden >= NN_HEAD_MAX_LAYERS)
        return hl_fail(e, "head: expected at most %d layers, found %zu", NN_HEAD_MAX_LAYERS,
                       nhidden + 1);
    nn_head *h = hl_calloc(1, sizeof *h);
    h->space = *space;
    h->classes = hl_string_list_copy(classes, nclasses);
    h->nclasses = nclasses;
    h->tail = tail;
    size_t in = tail ? nn_finetune_outputs(tail) : inputs;
    for (size_t i = 0; i <= nhidden; i++) {
        const size_t out = i < nhidden ? (size_t)units[i] : nclasses;
        add_glorot(h, in, out, seed);
        in = out;
    }
    *result = h;
    return 0;
}

/* ---- standardising ---- */

const nn_standardizer *nn_head_standardizer(const nn_head *h)
{
    return &h->standardizer;
}

int nn_head_standardize(nn_head *h, size_t n, const float *features, hl_err *e)
{
    const size_t inputs = nn_head_inputs(h), width = nn_head_dense_inputs(h);
    float *pooled = h->tail ? hl_malloc(TAIL_ROWS * width, sizeof *pooled) : NULL;
    nn_moments moments;
    int status = 0;
    nn_moments_init(&moments, width);
    for (size_t i = 0; i < n && status == 0; i += TAIL_ROWS) {
        const size_t rows = n - i < TAIL_ROWS ? n - i : TAIL_ROWS;
        const float *from = features + i * inputs;
        if (h->tail)
            status = nn_finetune_pooled(h->tail, from, rows, pooled, e);
        if (status == 0)
            nn_moments_add(&moments, h->tail ? pooled : from, rows);
    }
    nn_standardizer_free(&h->standardizer);
    if (status == 0)
        nn_moments_finish(&moments, &h->standardizer);
    nn_moments_free(&moments);
    free(pooled);
    return status;
}

void nn_head_standardize_like(nn_head *h, const nn_head *like)
{
    const nn_standardizer *from = &like->standardizer;
    nn_standardizer_free(&h->standardizer);
    if (from->width == 0)
        return;
    nn_standardizer_init(&h->standardizer, from->width);
    memcpy(h->standardizer.mean, from->mean, from->width * sizeof *from->mean);
    memcpy(h->standardizer.scale, from->scale, from->width * sizeof *from->scale);
}

/* ---- running ---- */

void nn_softmax(const float *logits, size_t n, double *p)
{
    double top = (double)logits[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        top = fmax(top, (double)logits[k]);
    for (size_t k = 0; k < n; k++)
        sum += p[k] = exp((double)logits[k] - top);
    for (size_t k = 0; k < n; k++)
        p[k] /= sum;
}

/* What the first dense layer takes, in memory of its own; NULL where that is pooled itself. */
static float *standardized(const nn_head *h, size_t n, const float *pooled)
{
    const nn_standardizer *s = &h->standardizer;
    float *x = s->width ? hl_malloc(n * s->width, sizeof *x) : NULL;
    if (x)
        nn_standardizer_apply(s, pooled, n, x);
    return x;
}

int nn_head_logits_of_pooled(const nn_head *h, size_t n, const float *pooled, float *logits,
                             hl_err *e)
{
    float *hidden = standardized(h, n, pooled);
    const float *x = hidden ? hidden : pooled;
    int status = 0;
    for (size_t i = 0; i < h->nlayers && status == 0; i++) {
        const bool last = i + 1 == h->nlayers;
        float *y = last ? logits : hl_malloc(n * h->layers[i].units, sizeof *y);
        status = nn_dense_predict(&h->layers[i], x, n, !last, y, e);
        free(hidden);
        x = hidden = last ? NULL : y;
    }
    free(hidden);
    return status;
}

static int run_tail(const nn_head *h, size_t n, const float *features, float *logits, hl_err *e)
{
    float *pooled = hl_malloc(TAIL_ROWS * nn_finetune_outputs(h->tail), sizeof *pooled);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += TAIL_ROWS) {
        const size_t rows = n - i < TAIL_ROWS ? n - i : TAIL_ROWS;
        status = nn_finetune_pooled(h->tail, features + i * nn_head_inputs(h), rows, pooled, e);
        if (status == 0)
            status = nn_head_logits_of_pooled(h, rows, pooled, logits + i * h->nclasses, e);
    }
    free(pooled);
    return status;
}

/* Blocks of rows, shared out among threads. */
static int run_blocks(const nn_head *h, size_t n, const float *pooled, int threads, float *logits,
                      hl_err *e)
{
    enum { BLOCK = 64 };
    const size_t blocks = (n + BLOCK - 1) / BLOCK;
    hl_err *errors = hl_calloc(blocks, sizeof *errors);
    sigset_t before;
    hold_signals(&before); /* for the threads that this may start */
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (size_t i = 0; i < blocks; i++) {
        const size_t first = i * BLOCK, rows = n - first < BLOCK ? n - first : BLOCK;
        nn_head_logits_of_pooled(h, rows, pooled + first * h->layers[0].inputs,
                                 logits + first * h->nclasses, &errors[i]);
    }
    release_signals(&before);
    const int status = hl_first_error(errors, blocks, e);
    free(errors);
    return status;
}

int nn_head_logits(const nn_head *h, size_t n, const float *features, int threads, float *logits,
                   hl_err *e)
{
    return h->tail ? run_tail(h, n, features, logits, e)
                   : run_blocks(h, n, features, threads, logits, e);
}

/* From the slope of what layer d gives to that of what it takes. */
static float *back_through_dense(const nn_dense *d, const float *above)
{
    float *below = hl_malloc(d->inputs, sizeof *below);
    for (size_t i = 0; i < d->inputs; i++) {
        double sum = 0;
        for (size_t k = 0; k < d->units; k++)
            sum += (double)d->kernel[i * d->units + k] * (double)above[k];
        below[i] = (float)sum;
    }
    return below;
}

int nn_head_gradient(const nn_head *h, const float *pooled, uint32_t target, float *slope,
                     hl_err *e)
{
    float *values[NN_HEAD_MAX_LAYERS] = {NULL}, *own = standardized(h, 1, pooled);
    const float *x = own ? own : pooled;
    int status = 0;
    for (size_t i = 0; i + 1 < h->nlayers && status == 0; i++) {
        values[i] = hl_malloc(h->layers[i].units, sizeof *values[i]);
        status = nn_dense_predict(&h->layers[i], i ? values[i - 1] : x, 1, true, values[i], e);
    }
    float *at = hl_calloc(h->nclasses, sizeof *at);
    at[target] = 1;
    for (size_t i = h->nlayers; i-- > 0 && status == 0;) {
        float *below = back_through_dense(&h->layers[i], at);
        for (size_t k = 0; i && k < h->layers[i].inputs; k++)
            below[k] = values[i - 1][k] > 0 ? below[k] : 0; /* ReLU */
        free(at);
        at = below;
    }
    if (status == 0) {
        nn_standardizer_backward(&h->standardizer, at, 1);
        memcpy(slope, at, h->layers[0].inputs * sizeof *slope);
    }
    free(at);
    free(own);
    for (size_t i = 0; i < h->nlayers; i++)
        free(values[i]);
    return status;
}

int nn_head_predict(const nn_head *h, size_t n, const float *features, double *p, hl_err *e)
{
    const size_t k = h->nclasses;
    float *logits = hl_malloc(n * k, sizeof *logits);
    const int status = nn_head_logits(h, n, features, 1, logits, e);
    for (size_t i = 0; i < n && status == 0; i++)
        nn_softmax(logits + i * k, k, p + i * k);
    free(logits);
    return status;
}

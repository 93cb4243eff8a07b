/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "base/rng.h"
#include "format/string_list.h"
#include "nn/head/dense.h"
#include "nn/head/head_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nn_head_free(nn_head *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->nlayers; i++) {
        free(h->layers[i].kernel);
        free(h->layers[i].bias);
    }
    nn_finetune_free(h->finetune);
    nn_standardizer_free(&h->standardizer);
    hl_string_list_free(h->classes, h->nclasses);
    free(h->provenance);
    free(h);
}

size_t nn_head_inputs(const nn_head *h)
{
    return h->finetune ? nn_finetune_inputs(h->finetune) : h->layers[0].inputs;
}

size_t nn_head_dense_inputs(const nn_head *h)
{
    return h->layers[0].inputs;
}

size_t nn_head_classes(const nn_head *h)
{
    return h->nclasses;
}

char *const *nn_head_class_names(const nn_head *h)
{
    return h->classes;
}

int nn_head_positive(const nn_head *h)
{
    return h->positive;
}

int nn_head_choose_positive(const nn_head *h, const char *name, const char *asked, int *positive,
                            hl_err *e)
{
    const hl_positive_choice c = {.classes = h->classes,
                                  .n = h->nclasses,
                                  .of = name,
                                  .asked = asked,
                                  .recorded = h->positive};
    return hl_positive_class(positive, &c, e);
}

const hl_feature_space *nn_head_feature_space(const nn_head *h)
{
    return &h->space;
}

const char *nn_head_provenance(const nn_head *h)
{
    return h->provenance;
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
    if (hl_feature_space_match(&f->samples.feature_space, file, &h->space, name, e) ||
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
    return h->finetune;
}

size_t nn_head_params(const nn_head *h)
{
    return 2 * h->nlayers + (h->finetune ? nn_finetune_params(h->finetune) : 0);
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
    const nn_finetune_value *v = nn_finetune_param(h->finetune, i - 2 * h->nlayers);
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

/* ---- a head to be trained ---- */

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
                nn_finetune *finetune, uint64_t seed, hl_err *e)
{
    if (nhidden >= NN_HEAD_MAX_LAYERS)
        return hl_fail(e, "head: expected at most %d layers, found %zu", NN_HEAD_MAX_LAYERS,
                       nhidden + 1);
    nn_head *h = hl_calloc(1, sizeof *h);
    h->space = *space;
    h->classes = hl_string_list_copy(classes, nclasses);
    h->nclasses = nclasses;
    h->positive = HL_NO_POSITIVE;
    h->finetune = finetune;
    size_t in = finetune ? nn_finetune_outputs(finetune) : inputs;
    for (size_t i = 0; i <= nhidden; i++) {
        const size_t out = i < nhidden ? (size_t)units[i] : nclasses;
        add_glorot(h, in, out, seed);
        in = out;
    }
    *result = h;
    return 0;
}

void nn_head_set_positive(nn_head *h, int positive)
{
    h->positive = positive;
}

/* ---- standardisation ---- */

const nn_standardizer *nn_head_standardizer(const nn_head *h)
{
    return &h->standardizer;
}

int nn_head_standardize(nn_head *h, size_t n, nn_rows_fn *read, void *ctx, hl_err *e)
{
    const size_t width = nn_head_dense_inputs(h);
    float *pooled = h->finetune ? hl_malloc(NN_HEAD_FINETUNE_ROWS * width, sizeof *pooled) : NULL;
    nn_moments moments;
    int status = 0;
    nn_moments_init(&moments, width);
    for (size_t i = 0; i < n && status == 0; i += NN_HEAD_FINETUNE_ROWS) {
        const size_t rows = n - i < NN_HEAD_FINETUNE_ROWS ? n - i : NN_HEAD_FINETUNE_ROWS;
        const float *from;
        status = read(ctx, i, rows, &from, e);
        if (status == 0 && h->finetune)
            status = nn_finetune_pooled(h->finetune, from, rows, pooled, e);
        if (status == 0)
            nn_moments_add(&moments, h->finetune ? pooled : from, rows);
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

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "data/provenance.h"
#include "format/string_list.h"
#include "nn/head/head_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mean_name[] = "standardize/mean", scale_name[] = "standardize/scale";

static void describe(const nn_head *h, const char *provenance, hl_tf_header *header)
{
    char *space = hl_feature_space_format(&h->space),
         *classes = hl_string_list_format(h->classes, h->nclasses);
    if (h->finetune) {
        char *finetune = nn_finetune_format(nn_finetune_get_options(h->finetune));
        hl_tf_set_meta(header, "hilum.finetuned", finetune);
        free(finetune);
        nn_finetune_describe(h->finetune, header);
    }
    if (h->standardizer.width) {
        const int64_t width = (int64_t)h->standardizer.width;
        hl_tf_add_tensor(header, mean_name, HL_F32, 1, &width);
        hl_tf_add_tensor(header, scale_name, HL_F32, 1, &width);
    }
    for (size_t i = 0; i < h->nlayers; i++) {
        const int64_t shape[2] = {(int64_t)h->layers[i].inputs, (int64_t)h->layers[i].units};
        char name[64];
        snprintf(name, sizeof name, "dense_%zu/kernel", i + 1);
        hl_tf_add_tensor(header, name, HL_F32, 2, shape);
        snprintf(name, sizeof name, "dense_%zu/bias", i + 1);
        hl_tf_add_tensor(header, name, HL_F32, 1, &shape[1]);
    }
    hl_tf_set_meta(header, "hilum.kind", "head");
    hl_tf_set_meta(header, "hilum.classes", classes);
    if (h->positive != HL_NO_POSITIVE)
        hl_tf_set_meta(header, "hilum.positive", h->classes[h->positive]);
    hl_tf_set_meta(header, "hilum.feature_space", space);
    hl_tf_set_meta(header, "hilum.provenance", provenance);
    free(classes);
    free(space);
}

int nn_head_begin(hl_tf_writer **w, const nn_head *h, const char *path, const char *provenance,
                  hl_err *e)
{
    hl_tf_header header = {0};
    describe(h, provenance, &header);
    const int status = hl_tf_create(w, path, &header, HL_TF_LEVEL, e);
    hl_tf_header_free(&header);
    return status;
}

static int write_standardizer(const nn_standardizer *s, hl_tf_writer *w, hl_err *e)
{
    if (s->width == 0)
        return 0;
    return hl_tf_write(w, s->mean, s->width * sizeof *s->mean, e) ||
                   hl_tf_write(w, s->scale, s->width * sizeof *s->scale, e)
               ? -1
               : 0;
}

int nn_head_complete(const nn_head *h, hl_tf_writer *w, hl_err *e)
{
    if ((h->finetune && nn_finetune_write(h->finetune, w, e)) ||
        write_standardizer(&h->standardizer, w, e))
        return -1;
    for (size_t i = 0; i < h->nlayers; i++) {
        const nn_dense *d = &h->layers[i];
        if (hl_tf_write(w, d->kernel, d->inputs * d->units * sizeof *d->kernel, e) ||
            hl_tf_write(w, d->bias, d->units * sizeof *d->bias, e))
            return -1;
    }
    return hl_tf_complete(w, e);
}

/* Checks names, types and shapes of layer i; k points to its kernel, which its bias follows. */
static int check_layer(const hl_tensor_desc *k, size_t i, int64_t inputs, const char *file,
                       hl_err *e)
{
    const hl_tensor_desc *b = k + 1;
    char kernel[64], bias[64];
    snprintf(kernel, sizeof kernel, "dense_%zu/kernel", i + 1);
    snprintf(bias, sizeof bias, "dense_%zu/bias", i + 1);
    if (strcmp(k->name, kernel) != 0 || strcmp(b->name, bias) != 0)
        return hl_fail(e, "%s: expected tensors %s and %s, found %s and %s", file, kernel, bias,
                       k->name, b->name);
    if (k->dtype != HL_F32 || b->dtype != HL_F32 || k->rank != 2 || b->rank != 1 ||
        k->shape[0] < 1 || k->shape[1] < 1 || b->shape[0] != k->shape[1] ||
        (inputs && k->shape[0] != inputs))
        return hl_fail(e, "%s: %s: its shape does not fit the adjacent layers", file, kernel);
    return 0;
}

static int read_layer(nn_head *h, hl_tf_reader *r, const hl_tensor_desc *k, size_t i, hl_err *e)
{
    const size_t inputs = i             ? h->layers[i - 1].units
                          : h->finetune ? nn_finetune_outputs(h->finetune)
                                        : 0;
    if (check_layer(k, i, (int64_t)inputs, hl_tf_name(r), e))
        return -1;
    const nn_dense *d = nn_head_add_dense(h, (size_t)k->shape[0], (size_t)k->shape[1]);
    return hl_tf_read_finite(r, k->name, d->kernel, d->inputs * d->units, e) ||
                   hl_tf_read_finite(r, k[1].name, d->bias, d->units, e)
               ? -1
               : 0;
}

/* A head of hilum 0.1.0 records none. */
static int read_positive(nn_head *h, const hl_tf_reader *r, hl_err *e)
{
    const char *name = hl_tf_meta(hl_tf_get_header(r), "hilum.positive");
    h->positive = name ? hl_positive_find(h->classes, h->nclasses, name) : HL_NO_POSITIVE;
    return name && h->positive == HL_NO_POSITIVE
               ? hl_fail(e, "%s: hilum.positive: expected one of its classes, found '%s'",
                         hl_tf_name(r), name)
               : 0;
}

static int read_meta(nn_head *h, hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *header = hl_tf_get_header(r);
    const char *classes = hl_tf_meta(header, "hilum.classes");
    const char *space = hl_tf_meta(header, "hilum.feature_space");
    const char *provenance = hl_tf_meta(header, "hilum.provenance");
    if (!classes || !space || !provenance)
        return hl_fail(
            e, "%s: expected metadata hilum.classes, hilum.feature_space and hilum.provenance",
            hl_tf_name(r));
    h->provenance = hl_strdup(provenance);
    memcpy(h->id, hl_tf_id(r), sizeof h->id);
    h->id_is_old = !hl_tf_id_covers_data(r);
    if (hl_string_list_parse(&h->classes, &h->nclasses, classes, e) ||
        hl_feature_space_parse(&h->space, space, e))
        return hl_fail_in(e, hl_tf_name(r));
    return read_positive(h, r, e) || hl_provenance_check(provenance, hl_tf_name(r), e) ? -1 : 0;
}

static int read_finetune(nn_head *h, hl_tf_reader *r, size_t *ntensors, hl_err *e)
{
    const char *text = hl_tf_meta(hl_tf_get_header(r), "hilum.finetuned");
    nn_finetune_options o;
    if (!text)
        return 0;
    if (nn_finetune_parse(&o, text, e))
        return hl_fail_in(e, hl_tf_name(r));
    return nn_finetune_read(&h->finetune, &h->space, &o, r, ntensors, e);
}

/* Checks for two vectors of the same length. Whether it fits the first dense layer is checked once
 * that has been read. */
static int check_standardizer(const hl_tensor_desc *t, size_t n, const char *file, hl_err *e)
{
    if (n < 2 || strcmp(t[1].name, scale_name) != 0)
        return hl_fail(e, "%s: expected tensor %s after %s, found %s", file, scale_name, mean_name,
                       n < 2 ? "the end of the file" : t[1].name);
    for (int i = 0; i < 2; i++)
        if (t[i].dtype != HL_F32 || t[i].rank != 1 || t[i].shape[0] < 1)
            return hl_fail(e, "%s: %s: expected F32 values, one for each feature", file, t[i].name);
    if (t[0].shape[0] != t[1].shape[0])
        return hl_fail(e, "%s: %s has %lld values, %s has %lld", file, mean_name,
                       (long long)t[0].shape[0], scale_name, (long long)t[1].shape[0]);
    return 0;
}

/* Adds the number of tensors read to *ntensors: two, or none if the head does not standardise. */
static int read_standardizer(nn_head *h, hl_tf_reader *r, size_t *ntensors, hl_err *e)
{
    const hl_tensor_desc *t = hl_tf_get_header(r)->tensors + *ntensors;
    const size_t n = hl_tf_get_header(r)->ntensors - *ntensors;
    nn_standardizer *s = &h->standardizer;
    if (n == 0 || strcmp(t->name, mean_name) != 0)
        return 0;
    if (check_standardizer(t, n, hl_tf_name(r), e))
        return -1;
    nn_standardizer_init(s, (size_t)t->shape[0]);
    if (hl_tf_read_finite(r, mean_name, s->mean, s->width, e) ||
        hl_tf_read_finite(r, scale_name, s->scale, s->width, e))
        return -1;
    for (size_t k = 0; k < s->width; k++)
        if (!nn_standardizer_is_scale(s->scale[k]))
            return hl_fail(e, "%s: %s: value %zu: expected a normal number above 0, found %g",
                           hl_tf_name(r), scale_name, k, (double)s->scale[k]);
    *ntensors += 2;
    return 0;
}

static int read_head(nn_head *h, hl_tf_reader *r, hl_err *e)
{
    size_t before = 0; /* tensors before the dense layers */
    if (read_meta(h, r, e) || read_finetune(h, r, &before, e) ||
        read_standardizer(h, r, &before, e))
        return -1;
    const hl_tensor_desc *first = hl_tf_get_header(r)->tensors + before;
    const size_t n = hl_tf_get_header(r)->ntensors - before;
    if (n == 0 || n % 2 || n / 2 > NN_HEAD_MAX_LAYERS)
        return hl_fail(e, "%s: expected a kernel and a bias for 1 to %d layers, found %zu tensors",
                       hl_tf_name(r), NN_HEAD_MAX_LAYERS, n);
    for (size_t i = 0; i < n / 2; i++)
        if (read_layer(h, r, first + 2 * i, i, e))
            return -1;
    if (h->standardizer.width && h->standardizer.width != h->layers[0].inputs)
        return hl_fail(e, "%s: %s has %zu values, but dense_1/kernel takes %zu", hl_tf_name(r),
                       mean_name, h->standardizer.width, h->layers[0].inputs);
    if (h->layers[h->nlayers - 1].units != h->nclasses)
        return hl_fail(e, "%s: expected an output for each of %zu classes, found %zu outputs",
                       hl_tf_name(r), h->nclasses, h->layers[h->nlayers - 1].units);
    return hl_tf_end(r, e);
}

int nn_head_load(nn_head **result, const char *path, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open(&r, path, "head", e))
        return -1;
    nn_head *h = hl_calloc(1, sizeof *h);
    const int status = read_head(h, r, e);
    hl_tf_close(r);
    if (status)
        nn_head_free(h);
    else
        *result = h;
    return status;
}

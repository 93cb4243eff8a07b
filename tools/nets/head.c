/* SPDX-License-Identifier: BSD-2-Clause */
#include "head.h"

#include "../common/mem.h"
#include "../common/names.h"
#include "../common/rng.h"
#include "../common/tensorfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct dense {
    int64_t inputs, units;
    ts_tensor *kernel, *bias;
} dense;

struct hl_head {
    dense layers[HL_HEAD_MAX_LAYERS];
    size_t nlayers;
    char **classes;
    size_t nclasses;
    hl_space space;
    char *chain;
    char id[HL_DIGEST_SIZE];
};

static int torch_error(hl_err *e)
{
    return hl_fail(e, "head: libtorch: %s", ts_last_error());
}

void hl_head_free(hl_head *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->nlayers; i++) {
        ts_free(h->layers[i].kernel);
        ts_free(h->layers[i].bias);
    }
    hl_names_free(h->classes, h->nclasses);
    free(h->chain);
    free(h);
}

size_t hl_head_inputs(const hl_head *h)
{
    return (size_t)h->layers[0].inputs;
}

size_t hl_head_classes(const hl_head *h)
{
    return h->nclasses;
}

const char *hl_head_class(const hl_head *h, size_t k)
{
    return h->classes[k];
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

size_t hl_head_params(const hl_head *h)
{
    return 2 * h->nlayers;
}

ts_tensor *hl_head_param(const hl_head *h, size_t i)
{
    const dense *d = &h->layers[i / 2];
    return i % 2 ? d->bias : d->kernel;
}

size_t hl_head_hidden(const hl_head *h, size_t i)
{
    return i + 1 < h->nlayers ? (size_t)h->layers[i].units : 0;
}

/* ---- making ---- */

static int add_dense(hl_head *h, int64_t inputs, int64_t units, const float *kernel,
                     const float *bias, hl_err *e)
{
    dense *d = &h->layers[h->nlayers++];
    *d = (dense){.inputs = inputs, .units = units};
    if (ts_from_data(&d->kernel, kernel, TS_F32, 2, (const int64_t[]){inputs, units}) ||
        ts_from_data(&d->bias, bias, TS_F32, 1, &units))
        return torch_error(e);
    return 0;
}

static int add_glorot(hl_head *h, int64_t inputs, int64_t units, uint64_t seed, hl_err *e)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "head/dense_%zu/kernel", h->nlayers + 1);
    hl_rng r = hl_rng_make(seed, purpose);
    const size_t size = (size_t)(inputs * units);
    const double limit = sqrt(6.0 / (double)(inputs + units));
    float *kernel = hl_malloc(size, sizeof *kernel);
    float *bias = hl_calloc((size_t)units, sizeof *bias);
    for (size_t i = 0; i < size; i++)
        kernel[i] = (float)((2 * hl_rng_uniform(&r) - 1) * limit);
    const int status = add_dense(h, inputs, units, kernel, bias, e);
    free(kernel);
    free(bias);
    return status;
}

int hl_head_new(hl_head **result, size_t inputs, const int64_t *units, size_t nhidden,
                char *const *classes, size_t nclasses, const hl_space *space, uint64_t seed,
                hl_err *e)
{
    if (nhidden >= HL_HEAD_MAX_LAYERS)
        return hl_fail(e, "head: expected at most %d layers, found %zu", HL_HEAD_MAX_LAYERS,
                       nhidden + 1);
    hl_head *h = hl_calloc(1, sizeof *h);
    h->space = *space;
    h->classes = hl_names_copy(classes, nclasses);
    h->nclasses = nclasses;
    int64_t in = (int64_t)inputs;
    int status = 0;
    for (size_t i = 0; i <= nhidden && status == 0; i++) {
        const int64_t out = i < nhidden ? units[i] : (int64_t)nclasses;
        status = add_glorot(h, in, out, seed, e);
        in = out;
    }
    if (status)
        hl_head_free(h);
    else
        *result = h;
    return status;
}

/* ---- file ---- */

static void describe(const hl_head *h, const char *chain, hl_tf_header *header)
{
    char *space = hl_space_format(&h->space), *classes = hl_names_format(h->classes, h->nclasses);
    for (size_t i = 0; i < h->nlayers; i++) {
        const dense *d = &h->layers[i];
        char name[64];
        snprintf(name, sizeof name, "dense_%zu/kernel", i + 1);
        hl_tf_add_tensor(header, name, HL_F32, 2, (const int64_t[]){d->inputs, d->units});
        snprintf(name, sizeof name, "dense_%zu/bias", i + 1);
        hl_tf_add_tensor(header, name, HL_F32, 1, &d->units);
    }
    hl_tf_set_meta(header, "hilum.kind", "head");
    hl_tf_set_meta(header, "hilum.classes", classes);
    hl_tf_set_meta(header, "hilum.space", space);
    hl_tf_set_meta(header, "hilum.chain", chain);
    free(classes);
    free(space);
}

int hl_head_begin(hl_tf_writer **w, const hl_head *h, const char *path, const char *chain,
                  hl_err *e)
{
    hl_tf_header header = {0};
    describe(h, chain, &header);
    const int status = hl_tf_create(w, path, &header, HL_TF_LEVEL, e);
    hl_tf_header_free(&header);
    return status;
}

static int write_param(const ts_tensor *p, int64_t values, hl_tf_writer *w, hl_err *e)
{
    const size_t bytes = (size_t)values * sizeof(float);
    void *data = hl_malloc(bytes, 1);
    const int failed = ts_to_data(p, data, bytes);
    const int status = failed ? torch_error(e) : hl_tf_write(w, data, bytes, e);
    free(data);
    return status;
}

int hl_head_end(const hl_head *h, hl_tf_writer *w, hl_err *e)
{
    for (size_t i = 0; i < h->nlayers; i++) {
        const dense *d = &h->layers[i];
        if (write_param(d->kernel, d->inputs * d->units, w, e) ||
            write_param(d->bias, d->units, w, e)) {
            hl_tf_discard(w);
            return -1;
        }
    }
    return hl_tf_finish(w, e);
}

/* Layer i must stand at its place, fit what is before it, and be whole. */
static int check_layer(const hl_tf_header *header, size_t i, int64_t inputs, const char *file,
                       hl_err *e)
{
    const hl_tensor_desc *k = &header->tensors[2 * i], *b = &header->tensors[2 * i + 1];
    char kernel[64], bias[64];
    snprintf(kernel, sizeof kernel, "dense_%zu/kernel", i + 1);
    snprintf(bias, sizeof bias, "dense_%zu/bias", i + 1);
    if (strcmp(k->name, kernel) != 0 || strcmp(b->name, bias) != 0)
        return hl_fail(e, "%s: expected tensors %s and %s, found %s and %s", file, kernel, bias,
                       k->name, b->name);
    if (k->dtype != HL_F32 || b->dtype != HL_F32 || k->rank != 2 || b->rank != 1 ||
        k->shape[0] < 1 || k->shape[1] < 1 || b->shape[0] != k->shape[1] ||
        (inputs && k->shape[0] != inputs))
        return hl_fail(e, "%s: %s: its shape does not fit the layers beside it", file, kernel);
    return 0;
}

static int read_values(hl_tf_reader *r, const hl_tensor_desc *d, float **values, hl_err *e)
{
    *values = hl_malloc((size_t)d->bytes, 1);
    if (hl_tf_read(r, *values, (size_t)d->bytes, e))
        return -1;
    for (size_t i = 0; i < (size_t)d->bytes / sizeof **values; i++)
        if (!isfinite((*values)[i]))
            return hl_fail(e, "%s: %s: a value is not finite", hl_tf_name(r), d->name);
    return 0;
}

static int read_layer(hl_head *h, hl_tf_reader *r, size_t i, hl_err *e)
{
    const hl_tf_header *header = hl_tf_get_header(r);
    const int64_t inputs = i ? h->layers[i - 1].units : 0;
    if (check_layer(header, i, inputs, hl_tf_name(r), e))
        return -1;
    const hl_tensor_desc *k = &header->tensors[2 * i];
    float *kernel = NULL, *bias = NULL;
    int status = read_values(r, k, &kernel, e) || read_values(r, k + 1, &bias, e) ? -1 : 0;
    if (status == 0)
        status = add_dense(h, k->shape[0], k->shape[1], kernel, bias, e);
    free(kernel);
    free(bias);
    return status;
}

static int read_meta(hl_head *h, hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *header = hl_tf_get_header(r);
    const char *classes = hl_tf_meta(header, "hilum.classes");
    const char *space = hl_tf_meta(header, "hilum.space");
    const char *chain = hl_tf_meta(header, "hilum.chain");
    if (!classes || !space || !chain)
        return hl_fail(e, "%s: expected metadata hilum.classes, hilum.space and hilum.chain",
                       hl_tf_name(r));
    h->chain = hl_strdup(chain);
    memcpy(h->id, hl_tf_id(r), sizeof h->id);
    if (hl_names_parse(&h->classes, &h->nclasses, classes, e) ||
        hl_space_parse(&h->space, space, e))
        return hl_fail_in(e, hl_tf_name(r));
    return 0;
}

static int read_head(hl_head *h, hl_tf_reader *r, hl_err *e)
{
    const size_t n = hl_tf_get_header(r)->ntensors;
    if (n == 0 || n % 2 || n / 2 > HL_HEAD_MAX_LAYERS)
        return hl_fail(e, "%s: expected a kernel and a bias for 1 to %d layers, found %zu tensors",
                       hl_tf_name(r), HL_HEAD_MAX_LAYERS, n);
    if (read_meta(h, r, e))
        return -1;
    for (size_t i = 0; i < n / 2; i++)
        if (read_layer(h, r, i, e))
            return -1;
    if (h->layers[h->nlayers - 1].units != (int64_t)h->nclasses)
        return hl_fail(e, "%s: %zu classes, but the last layer has another number of outputs",
                       hl_tf_name(r), h->nclasses);
    return hl_tf_end(r, e);
}

int hl_head_load(hl_head **result, const char *path, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open(&r, path, "head", e))
        return -1;
    hl_head *h = hl_calloc(1, sizeof *h);
    const int status = read_head(h, r, e);
    hl_tf_close(r);
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
    int status = ts_dense(&y, *x, d->kernel, d->bias);
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

int hl_head_logits(const hl_head *h, const ts_tensor *x, ts_tensor *const *masks,
                   ts_tensor **logits, hl_err *e)
{
    ts_tensor *at = NULL;
    int status = ts_share(&at, x);
    for (size_t i = 0; i < h->nlayers && status == 0; i++) {
        const bool hidden = i + 1 < h->nlayers;
        status = run_layer(&h->layers[i], hidden, masks && hidden ? masks[i] : NULL, &at);
    }
    if (status) {
        ts_free(at);
        return torch_error(e);
    }
    *logits = at;
    return 0;
}

/* Softmax in double, so that the probabilities of a sample sum to 1 as closely as they can. */
static void softmax(const float *logits, size_t n, double *p)
{
    double top = (double)logits[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        top = fmax(top, (double)logits[k]);
    for (size_t k = 0; k < n; k++)
        sum += p[k] = exp((double)logits[k] - top);
    for (size_t k = 0; k < n; k++)
        p[k] /= sum;
}

int hl_head_predict(const hl_head *h, size_t n, const float *features, double *p, hl_err *e)
{
    const int64_t shape[2] = {(int64_t)n, h->layers[0].inputs};
    ts_tensor *x = NULL, *logits = NULL;
    float *values = hl_malloc(n * h->nclasses, sizeof *values);
    int status = ts_view_data(&x, (float *)features, TS_F32, 2, shape) ? torch_error(e) : 0;
    if (status == 0)
        status = hl_head_logits(h, x, NULL, &logits, e);
    if (status == 0 && ts_to_data(logits, values, n * h->nclasses * sizeof *values))
        status = torch_error(e);
    for (size_t i = 0; i < n && status == 0; i++)
        softmax(values + i * h->nclasses, h->nclasses, p + i * h->nclasses);
    free(values);
    ts_free(logits);
    ts_free(x);
    return status;
}

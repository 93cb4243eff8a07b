/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "nn/arch/weight_specs.h"
#include "nn/head/finetune_internal.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSOR_NAME = NN_NAME + 32 };

static void name_tensor(char name[TENSOR_NAME], const nn_layer *l, const nn_weight_spec *s)
{
    snprintf(name, TENSOR_NAME, "finetuned/%s/%s", l->name, s->name);
}

/* Calls visit for each weight, in the order of the file, until a call fails. */
typedef int visit_weight(void *ctx, int layer, int weight, const char *name,
                         const nn_weight_spec *s, hl_err *e);

static int for_each_weight(const nn_finetune *t, visit_weight *visit, void *ctx, hl_err *e)
{
    for (int i = 0; i < t->n.n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        char name[TENSOR_NAME];
        nn_net_weight_specs(&t->n, i, specs);
        for (int k = 0; k < t->layers[i].nweights; k++) {
            name_tensor(name, &t->n.layers[i], &specs[k]);
            if (visit(ctx, i, k, name, &specs[k], e))
                return -1;
        }
    }
    return 0;
}

/* ---- writing ---- */

static int describe_one(void *ctx, int layer, int weight, const char *name, const nn_weight_spec *s,
                        hl_err *e)
{
    (void)layer;
    (void)weight;
    (void)e;
    hl_tf_add_tensor(ctx, name, HL_F32, s->rank, s->shape);
    return 0;
}

void nn_finetune_describe(const nn_finetune *t, hl_tf_header *header)
{
    hl_err e;
    for_each_weight(t, describe_one, header, &e);
}

typedef struct writing {
    const nn_finetune *t;
    hl_tf_writer *w;
} writing;

static int write_one(void *ctx, int layer, int weight, const char *name, const nn_weight_spec *s,
                     hl_err *e)
{
    (void)name;
    const writing *to = ctx;
    const size_t bytes = (size_t)s->size * sizeof(float);
    float *values = hl_malloc(bytes, 1);
    int status = nn_finetune_get(to->t, layer, weight, values, bytes, e);
    if (status == 0)
        status = hl_tf_write(to->w, values, bytes, e);
    free(values);
    return status;
}

int nn_finetune_write(const nn_finetune *t, hl_tf_writer *w, hl_err *e)
{
    writing to = {t, w};
    return for_each_weight(t, write_one, &to, e);
}

/* ---- reading ---- */

typedef struct reading {
    nn_finetune *t;
    hl_tf_reader *r;
    size_t n; /* tensors read */
} reading;

/* Whether a tensor has this name, or the one that it had in hilum 0.1.0. */
static bool has_name(const hl_tensor_desc *d, const char *name)
{
    static const char old[] = "tail/"; /* old name */
    return strcmp(d->name, name) == 0 ||
           (strncmp(d->name, old, sizeof old - 1) == 0 &&
            strcmp(d->name + sizeof old - 1, strchr(name, '/') + 1) == 0);
}

static int check_tensor(const reading *from, const char *name, const nn_weight_spec *s, hl_err *e)
{
    const hl_tf_header *header = hl_tf_get_header(from->r);
    const hl_tensor_desc *d = from->n < header->ntensors ? &header->tensors[from->n] : NULL;
    if (!d || !has_name(d, name))
        return hl_fail(e, "%s: expected tensor %s, found %s", hl_tf_name(from->r), name,
                       d ? d->name : "the end of the file");
    if (d->dtype != HL_F32 || d->rank != s->rank ||
        memcmp(d->shape, s->shape, (size_t)s->rank * sizeof *s->shape) != 0)
        return hl_fail(e, "%s: %s: type or shape does not match the backbone's layer",
                       hl_tf_name(from->r), name);
    return 0;
}

static int read_one(void *ctx, int layer, int weight, const char *name, const nn_weight_spec *s,
                    hl_err *e)
{
    reading *from = ctx;
    if (check_tensor(from, name, s, e))
        return -1;
    const size_t n = (size_t)s->size;
    float *values = hl_malloc(n, sizeof *values);
    int status = hl_tf_read_finite(from->r, name, values, n, e);
    if (status == 0)
        status = nn_finetune_set(from->t, layer, weight, values, e);
    free(values);
    from->n++;
    return status;
}

int nn_finetune_read(nn_finetune **result, const hl_feature_space *space,
                     const nn_finetune_options *o, hl_tf_reader *r, size_t *ntensors, hl_err *e)
{
    reading from = {.r = r};
    if (nn_finetune_start(&from.t, space, o, e))
        return hl_fail_in(e, hl_tf_name(r));
    const int status = for_each_weight(from.t, read_one, &from, e);
    if (status) {
        nn_finetune_free(from.t);
        return status;
    }
    if (nn_finetune_list_params(from.t, e)) {
        nn_finetune_free(from.t);
        return -1;
    }
    *result = from.t;
    *ntensors = from.n;
    return 0;
}

/* ---- options ---- */

static const char *const batchnorm_names[] = {"inference", "training"};

char *nn_finetune_format(const nn_finetune_options *o)
{
    json_t *j = json_pack("{s:i, s:s, s:s}", "unfrozen", o->unfrozen, "pool",
                          nn_pool_names[o->pool], "batchnorm", batchnorm_names[o->batchnorm]);
    char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(j);
    return text;
}

static int parse_object(nn_finetune_options *o, const json_t *j, hl_err *e)
{
    const json_t *unfrozen = json_object_get(j, "unfrozen");
    const char *pool = json_string_value(json_object_get(j, "pool"));
    const char *batchnorm = json_string_value(json_object_get(j, "batchnorm"));
    if (json_object_size(j) != 3 || json_integer_value(unfrozen) < 1 ||
        json_integer_value(unfrozen) > INT32_MAX || !pool || !batchnorm)
        return hl_fail(e, "hilum.finetuned: expected unfrozen, pool and batchnorm");
    o->unfrozen = (int)json_integer_value(unfrozen);
    if (strcmp(batchnorm, batchnorm_names[NN_BN_INFERENCE]) == 0)
        o->batchnorm = NN_BN_INFERENCE;
    else if (strcmp(batchnorm, batchnorm_names[NN_BN_TRAINING]) == 0)
        o->batchnorm = NN_BN_TRAINING;
    else
        return hl_fail(e, "hilum.finetuned: batchnorm: expected inference or training, found '%s'",
                       batchnorm);
    return nn_pool_parse(&o->pool, pool, e);
}

int nn_finetune_parse(nn_finetune_options *o, const char *json, hl_err *e)
{
    json_t *j = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    const int status = json_is_object(j) ? parse_object(o, j, e)
                                         : hl_fail(e, "hilum.finetuned: expected a JSON object");
    json_decref(j);
    return status;
}

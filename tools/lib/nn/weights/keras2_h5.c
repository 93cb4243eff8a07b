/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weights from the HDF5 files of Keras 1 and 2 (keras/src/legacy/saving/legacy_h5_format.py),
 * which are also the files that Keras Applications publishes: the attribute `layer_names` lists
 * the layers in model.layers' order; each is a group whose attribute `weight_names` lists its
 * datasets in order. Layers with a name of their own are found by it. Automatic names (conv2d_12)
 * differ from file to file: these layers are matched in order, as load_weights does.
 */
#include "base/log.h"
#include "base/mem.h"
#include "nn/weights/h5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A layer of the file that has weights. */
typedef struct record {
    char *name;
    nn_h5_names weights;
    bool used;
    int kind;    /* of an automatic name; else -1 */
    long number; /* in an automatic name */
} record;

typedef struct source {
    const nn_import *in;
    hid_t root;
    record *records; /* in the file's order */
    size_t n;
    /* automatic names, by kind: how many in the file and in the network, and the lowest number */
    int in_file[NN_H5_AUTOMATIC_KINDS], in_net[NN_H5_AUTOMATIC_KINDS];
    long lowest[NN_H5_AUTOMATIC_KINDS];
    int met[NN_H5_AUTOMATIC_KINDS]; /* how many of the network's were looked for */
} source;

/* ---- taking stock ---- */

static int add_record(source *s, const char *name, hl_err *e)
{
    nn_h5_names weights;
    hid_t group = H5Gopen(s->root, name, H5P_DEFAULT);
    const int status = group < 0 ? -1 : nn_h5_read_names(group, "weight_names", &weights);
    if (group >= 0)
        H5Gclose(group);
    if (status)
        return hl_fail(e, "%s: layer %s: expected a group with the attribute weight_names",
                       s->in->path, name);
    if (weights.n == 0) {
        nn_h5_names_free(&weights);
        return 0;
    }
    record *r = &s->records[s->n++];
    *r = (record){.name = hl_strdup(name), .weights = weights, .kind = -1};
    if (nn_h5_automatic_name(name, &r->kind, &r->number) &&
        (s->in_file[r->kind]++ == 0 || r->number < s->lowest[r->kind]))
        s->lowest[r->kind] = r->number;
    return 0;
}

static int take_stock(source *s, hl_err *e)
{
    const nn_net *n = s->in->n;
    nn_h5_names layers;
    if (nn_h5_read_names(s->root, "layer_names", &layers))
        return hl_fail(e, "%s: the attribute layer_names is not a list of names", s->in->path);
    s->records = hl_calloc(layers.n, sizeof *s->records);
    int status = 0;
    for (size_t i = 0; i < layers.n && status == 0; i++)
        status = add_record(s, layers.s[i], e);
    nn_h5_names_free(&layers);
    for (int i = 0, kind; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        long number;
        if (nn_net_weight_specs(n, i, specs) &&
            nn_h5_automatic_name(n->layers[i].name, &kind, &number))
            s->in_net[kind]++;
    }
    return status;
}

/* ---- matching ---- */

static record *find_automatic(source *s, int kind, long number)
{
    /* As many as there should be: the k-th is the k-th. Else the numbers tell which are there. */
    const bool complete = s->in_file[kind] == s->in_net[kind];
    const int place = s->met[kind]++;
    int seen = 0;
    for (size_t i = 0; i < s->n; i++) {
        record *r = &s->records[i];
        if (r->kind != kind)
            continue;
        if (complete ? seen++ == place : r->number - s->lowest[kind] == number)
            return r;
    }
    return NULL;
}

static record *find_record(source *s, const char *name)
{
    int kind;
    long number;
    if (nn_h5_automatic_name(name, &kind, &number))
        return find_automatic(s, kind, number);
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->records[i].name, name) == 0)
            return &s->records[i];
    return NULL;
}

/*
 * May a weight of this name be what the layer has at this place? "conv2d_12/kernel:0" states its
 * kind. Older files state it in other words ("block1_conv1_W_1:0" in the published VGG16 file);
 * there the place and the shape must do. Keras 3 calls a depthwise kernel just kernel.
 */
static bool may_be(const char *weight_name, const char *kind)
{
    static const char *const kinds[] = {"kernel", "depthwise_kernel", "bias",           "gamma",
                                        "beta",   "moving_mean",      "moving_variance"};
    const char *slash = strrchr(weight_name, '/');
    const char *base = slash ? slash + 1 : weight_name;
    const size_t len = strcspn(base, ":");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (len == strlen(kinds[i]) && memcmp(base, kinds[i], len) == 0)
            return strcmp(kinds[i], kind) == 0 || (i == 0 && strcmp(kind, "depthwise_kernel") == 0);
    return true;
}

static void read_layer(source *s, int layer)
{
    const nn_import *in = s->in;
    const char *expected = in->n->layers[layer].name;
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    const int count = nn_net_weight_specs(in->n, layer, specs);
    record *r = find_record(s, expected);
    if (!r || r->used) {
        nn_h5_layer_missing(in, layer);
        return;
    }
    r->used = true;
    if (r->weights.n != (size_t)count) {
        nn_add_problem(in->complaints, "layer %s: expected %d weights, found %zu", r->name, count,
                       r->weights.n);
        return;
    }
    hid_t group = H5Gopen(s->root, r->name, H5P_DEFAULT);
    for (int k = 0; k < count; k++) {
        const char *name = r->weights.s[k];
        if (may_be(name, specs[k].name))
            nn_h5_read_weight(in, group, name, name, &specs[k], in->w->values[layer][k]);
        else
            nn_add_problem(in->complaints, "%s: expected the %s of layer %s here", name,
                           specs[k].name, expected);
    }
    H5Gclose(group);
}

/* ---- the rest ---- */

/* The classifier that Keras calls the top is made of dense layers: their kernels have rank 2. */
static bool is_top(const source *s, const record *r)
{
    const char *why;
    hid_t group = H5Gopen(s->root, r->name, H5P_DEFAULT);
    hid_t kernel = nn_h5_open_values(group, r->weights.s[0], &why);
    const bool dense = kernel >= 0 && nn_h5_rank(kernel) == 2;
    if (kernel >= 0)
        H5Dclose(kernel);
    H5Gclose(group);
    return dense;
}

static void check_rest(const source *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const record *r = &s->records[i];
        if (r->used)
            continue;
        if (is_top(s, r))
            hl_log_info("%s: layer %s belongs to the top and is not used", s->in->path, r->name);
        else
            for (size_t k = 0; k < r->weights.n; k++)
                nn_add_problem_left_over(s->in, r->weights.s[k]);
    }
}

int nn_read_keras_h5(const nn_import *in, hid_t root, hl_err *e)
{
    source s = {.in = in, .root = root};
    const int status = take_stock(&s, e);
    if (status == 0) {
        for (int i = 0; i < in->n->n; i++) {
            nn_weight_spec specs[NN_MAX_WEIGHTS];
            if (nn_net_weight_specs(in->n, in->n->order[i], specs))
                read_layer(&s, in->n->order[i]);
        }
        check_rest(&s);
    }
    for (size_t i = 0; i < s.n; i++) {
        free(s.records[i].name);
        nn_h5_names_free(&s.records[i].weights);
    }
    free(s.records);
    return status;
}

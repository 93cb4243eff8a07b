/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads HDF5 files of Keras 1 and 2 (keras/src/legacy/saving/legacy_h5_format.py), the format that
 * Keras Applications publishes. The attribute `layer_names` lists the layers in the order of
 * model.layers; each layer is a group whose attribute `weight_names` lists its datasets in order.
 * Explicitly named layers are found by name. Automatic names (conv2d_12) differ from file to file:
 * such layers are matched in order, as load_weights does.
 */
#include "base/log.h"
#include "base/mem.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/h5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A layer with weights in the file. */
typedef struct h5_layer {
    char *name;
    nn_h5_names weights;
    bool used;
    int kind;    /* of an automatic name; else -1 */
    long number; /* in an automatic name */
} h5_layer;

typedef struct h5_source {
    const nn_import *in;
    hid_t root;
    h5_layer *layers; /* in the file's order */
    size_t n;
    /* layers with automatic names, by kind: their count in the file and in the network, and the
     * lowest number in the file */
    int in_file[NN_H5_AUTOMATIC_KINDS], in_net[NN_H5_AUTOMATIC_KINDS];
    long lowest[NN_H5_AUTOMATIC_KINDS];
    int searched[NN_H5_AUTOMATIC_KINDS]; /* layers of the network looked up so far */
} h5_source;

/* ---- listing ---- */

static int add_layer(h5_source *s, const char *name, hl_err *e)
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
    h5_layer *l = &s->layers[s->n++];
    *l = (h5_layer){.name = hl_strdup(name), .weights = weights, .kind = -1};
    if (nn_h5_automatic_name(name, &l->kind, &l->number) &&
        (s->in_file[l->kind]++ == 0 || l->number < s->lowest[l->kind]))
        s->lowest[l->kind] = l->number;
    return 0;
}

static int list_layers(h5_source *s, hl_err *e)
{
    const nn_net *n = s->in->n;
    nn_h5_names names;
    if (nn_h5_read_names(s->root, "layer_names", &names))
        return hl_fail(e, "%s: the attribute layer_names is not a list of names", s->in->path);
    s->layers = hl_calloc(names.n, sizeof *s->layers);
    int status = 0;
    for (size_t i = 0; i < names.n && status == 0; i++)
        status = add_layer(s, names.s[i], e);
    nn_h5_names_free(&names);
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

static h5_layer *find_automatic(h5_source *s, int kind, long number)
{
    /* If the counts agree, the k-th layer matches the k-th. If not, numbers show which is missing.
     */
    const bool complete = s->in_file[kind] == s->in_net[kind];
    const int position = s->searched[kind]++;
    int seen = 0;
    for (size_t i = 0; i < s->n; i++) {
        h5_layer *l = &s->layers[i];
        if (l->kind != kind)
            continue;
        if (complete ? seen++ == position : l->number - s->lowest[kind] == number)
            return l;
    }
    return NULL;
}

static h5_layer *find_layer(h5_source *s, const char *name)
{
    int kind;
    long number;
    if (nn_h5_automatic_name(name, &kind, &number))
        return find_automatic(s, kind, number);
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->layers[i].name, name) == 0)
            return &s->layers[i];
    return NULL;
}

/*
 * Whether a weight of this name may be of this kind. "conv2d_12/kernel:0" states the kind. Older
 * files name kinds differently ("block1_conv1_W_1:0" in the published VGG16 file); for these,
 * position and shape have to suffice. Keras 3 calls a depthwise kernel just kernel.
 */
static bool may_be_weight(const char *weight_name, const char *kind)
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

static void read_layer(h5_source *s, int layer)
{
    const nn_import *in = s->in;
    const char *expected = in->n->layers[layer].name;
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    const int count = nn_net_weight_specs(in->n, layer, specs);
    h5_layer *l = find_layer(s, expected);
    if (!l || l->used) {
        nn_h5_layer_missing(in, layer);
        return;
    }
    l->used = true;
    if (l->weights.n != (size_t)count) {
        nn_add_problem(in->problems, "layer %s: expected %d weights, found %zu", l->name, count,
                       l->weights.n);
        return;
    }
    hid_t group = H5Gopen(s->root, l->name, H5P_DEFAULT);
    for (int k = 0; k < count; k++) {
        const char *name = l->weights.s[k];
        if (may_be_weight(name, specs[k].name))
            nn_h5_read_weight(in, group, name, name, &specs[k], in->w->values[layer][k]);
        else
            nn_add_problem(in->problems, "%s: expected the %s of layer %s here", name,
                           specs[k].name, expected);
    }
    H5Gclose(group);
}

/* ---- unused layers ---- */

/* The classifier, which Keras calls the top, consists of dense layers: kernels of rank 2. */
static bool is_top(const h5_source *s, const h5_layer *l)
{
    const char *why;
    hid_t group = H5Gopen(s->root, l->name, H5P_DEFAULT);
    hid_t kernel = nn_h5_open_values(group, l->weights.s[0], &why);
    const bool dense = kernel >= 0 && nn_h5_rank(kernel) == 2;
    if (kernel >= 0)
        H5Dclose(kernel);
    H5Gclose(group);
    return dense;
}

static void check_unused(const h5_source *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const h5_layer *l = &s->layers[i];
        if (l->used)
            continue;
        if (is_top(s, l))
            hl_log_info("%s: layer %s belongs to the top and is not used", s->in->path, l->name);
        else
            for (size_t k = 0; k < l->weights.n; k++)
                nn_add_problem_left_over(s->in, l->weights.s[k]);
    }
}

int nn_read_keras_h5(const nn_import *in, hid_t root, hl_err *e)
{
    h5_source s = {.in = in, .root = root};
    const int status = list_layers(&s, e);
    if (status == 0) {
        for (int i = 0; i < in->n->n; i++) {
            nn_weight_spec specs[NN_MAX_WEIGHTS];
            if (nn_net_weight_specs(in->n, in->n->order[i], specs))
                read_layer(&s, in->n->order[i]);
        }
        check_unused(&s);
    }
    for (size_t i = 0; i < s.n; i++) {
        free(s.layers[i].name);
        nn_h5_names_free(&s.layers[i].weights);
    }
    free(s.layers);
    return status;
}

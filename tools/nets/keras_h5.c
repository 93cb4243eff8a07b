/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weights from the HDF5 files of Keras 1 and 2 (keras/src/legacy/saving/legacy_h5_format.py),
 * which are also the files that Keras Applications publishes: the attribute `layer_names` lists
 * the layers in model.layers' order; each is a group whose attribute `weight_names` lists its
 * datasets in order. Layers with weights are matched in that order, as load_weights does, because
 * automatic names (conv2d_12) differ from file to file; shapes and kinds of weights are checked,
 * and so are the names of layers that have a name of their own.
 */
#include "weights.h"

#include "../common/log.h"
#include "../common/mem.h"

#include <ctype.h>
#include <hdf5.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMES = 4096, MAX_NAME = 256 };

/* ---- lists of names in attributes ---- */

typedef struct names {
    char **s;
    size_t n;
} names;

static void free_names(names *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->s[i]);
    free(l->s);
    *l = (names){0};
}

static int read_fixed(hid_t attr, hid_t type, size_t n, names *l)
{
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > MAX_NAME)
        return -1;
    char *raw = hl_calloc(n, size);
    hid_t memory = H5Tcopy(type);
    const int status = H5Aread(attr, memory, raw) < 0 ? -1 : 0;
    for (size_t i = 0; status == 0 && i < n; i++)
        l->s[l->n++] = hl_strndup(raw + i * size, strnlen(raw + i * size, size));
    H5Tclose(memory);
    free(raw);
    return status;
}

static int read_variable(hid_t attr, size_t n, hid_t space, names *l)
{
    char **raw = hl_calloc(n, sizeof *raw);
    hid_t memory = H5Tcopy(H5T_C_S1);
    H5Tset_size(memory, H5T_VARIABLE);
    hid_t file_type = H5Aget_type(attr);
    H5Tset_cset(memory, H5Tget_cset(file_type));
    H5Tclose(file_type);
    const int status = H5Aread(attr, memory, raw) < 0 ? -1 : 0;
    for (size_t i = 0; status == 0 && i < n; i++)
        l->s[l->n++] = hl_strdup(raw[i] ? raw[i] : "");
    if (status == 0)
        H5Dvlen_reclaim(memory, space, H5P_DEFAULT, raw);
    H5Tclose(memory);
    free(raw);
    return status;
}

/* The strings of a one-dimensional attribute; an absent or odd one is a failure. */
static int read_names(hid_t object, const char *attribute, names *l)
{
    *l = (names){0};
    hid_t attr = H5Aopen(object, attribute, H5P_DEFAULT);
    if (attr < 0)
        return -1;
    hid_t space = H5Aget_space(attr), type = H5Aget_type(attr);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    int status = -1;
    if (n >= 0 && n <= MAX_NAMES) {
        l->s = hl_calloc((size_t)n, sizeof *l->s);
        if (n == 0) /* Keras writes an empty float list for a layer without weights */
            status = 0;
        else if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0)
            status = read_variable(attr, (size_t)n, space, l);
        else if (H5Tget_class(type) == H5T_STRING)
            status = read_fixed(attr, type, (size_t)n, l);
    }
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attr);
    if (status)
        free_names(l);
    return status;
}

/* ---- one weight ---- */

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

static void format_shape(const hsize_t *dims, int rank, char *text, size_t size)
{
    size_t at = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < rank && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%" PRIuHSIZE, i ? ", " : "", dims[i]);
    if (at < size)
        snprintf(text + at, size - at, "]");
}

static int check_shape(hid_t dataset, const net_weight_spec *s, const char *where, hl_err *e)
{
    hid_t space = H5Dget_space(dataset);
    hsize_t found[H5S_MAX_RANK] = {0}, expected[4];
    const int rank = H5Sget_simple_extent_dims(space, found, NULL);
    H5Sclose(space);
    bool same = rank == s->rank;
    for (int i = 0; i < s->rank; i++) {
        expected[i] = (hsize_t)s->shape[i];
        same = same && found[i] == expected[i];
    }
    if (same)
        return 0;
    char want[128], have[512];
    format_shape(expected, s->rank, want, sizeof want);
    format_shape(found, rank < 0 ? 0 : rank, have, sizeof have);
    return hl_fail(e, "%s: expected shape %s, found %s", where, want, have);
}

static int read_weight(hid_t group, const char *path, const char *weight_name,
                       const net_weight_spec *s, float *to, hl_err *e)
{
    char where[3 * MAX_NAME];
    snprintf(where, sizeof where, "%s: %s", path, weight_name);
    if (!may_be(weight_name, s->name))
        return hl_fail(e, "%s: expected a weight named %s here", where, s->name);
    hid_t dataset = H5Dopen(group, weight_name, H5P_DEFAULT);
    if (dataset < 0)
        return hl_fail(e, "%s: listed in weight_names, but there is no such data", where);
    int status = check_shape(dataset, s, where, e);
    if (status == 0 && H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0)
        status = hl_fail(e, "%s: cannot be read", where);
    H5Dclose(dataset);
    return status;
}

/* ---- layers ---- */

/* Has Keras numbered this layer by itself? Then its name differs from file to file. */
static bool has_automatic_name(const char *name)
{
    static const char *const kinds[] = {"conv2d", "batch_normalization"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t len = strlen(kinds[i]);
        if (strncmp(name, kinds[i], len) == 0 && (!name[len] || name[len] == '_'))
            return true;
    }
    return false;
}

typedef struct source {
    hid_t root;
    const char *path;
    names layers; /* in the file's order */
    size_t next;  /* the first not yet used */
} source;

/* Opens the next group that has weights; group < 0 when there is none left. */
static int next_layer(source *s, hid_t *group, names *weights, hl_err *e)
{
    *group = -1;
    for (; s->next < s->layers.n; s->next++) {
        const char *name = s->layers.s[s->next];
        hid_t g = H5Gopen(s->root, name, H5P_DEFAULT);
        if (g < 0 || read_names(g, "weight_names", weights)) {
            if (g >= 0)
                H5Gclose(g);
            return hl_fail(e, "%s: layer %s: expected a group with the attribute weight_names",
                           s->path, name);
        }
        if (weights->n) {
            *group = g;
            return 0;
        }
        free_names(weights);
        H5Gclose(g);
    }
    return 0;
}

static int read_layer(source *s, const net *n, int layer, float *const *to, hl_err *e)
{
    const char *expected = n->layers[layer].name;
    net_weight_spec specs[NET_MAX_WEIGHTS];
    const int count = net_weight_specs(n, layer, specs);
    names weights;
    hid_t group;
    if (next_layer(s, &group, &weights, e))
        return -1;
    if (group < 0)
        return hl_fail(e, "%s: layer %s is missing: the file has no further layer with weights",
                       s->path, expected);
    const char *found = s->layers.s[s->next++];
    int status = 0;
    if (!has_automatic_name(expected) && strcmp(expected, found) != 0)
        status = hl_fail(e, "%s: expected layer %s, found %s: not the weights of %s", s->path,
                         expected, found, n->name);
    else if (weights.n != (size_t)count)
        status = hl_fail(e, "%s: layer %s: expected %d weights, found %zu", s->path, found, count,
                         weights.n);
    for (int k = 0; k < count && status == 0; k++)
        status = read_weight(group, s->path, weights.s[k], &specs[k], to[k], e);
    free_names(&weights);
    H5Gclose(group);
    return status;
}

/* What may follow the backbone is the classifier that Keras calls the top: dense layers. */
static int check_rest(source *s, const net *n, hl_err *e)
{
    names weights;
    hid_t group;
    for (;;) {
        if (next_layer(s, &group, &weights, e))
            return -1;
        if (group < 0)
            return 0;
        const char *name = s->layers.s[s->next++];
        hid_t dataset = H5Dopen(group, weights.s[0], H5P_DEFAULT);
        hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
        const int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
        if (space >= 0)
            H5Sclose(space);
        if (dataset >= 0)
            H5Dclose(dataset);
        free_names(&weights);
        H5Gclose(group);
        if (rank != 2)
            return hl_fail(e, "%s: layer %s is left over: not the weights of %s", s->path, name,
                           n->name);
        hl_log_info("%s: layer %s belongs to the top and is not used", s->path, name);
    }
}

static int read_all(source *s, net_weights *w, const net *n, hl_err *e)
{
    if (read_names(s->root, "layer_names", &s->layers))
        return hl_fail(e, "%s: not a Keras weights file: expected the attribute layer_names",
                       s->path);
    int status = 0;
    for (int i = 0; i < n->n && status == 0; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        const int layer = n->order[i];
        if (net_weight_specs(n, layer, specs))
            status = read_layer(s, n, layer, w->values[layer], e);
    }
    if (status == 0)
        status = check_rest(s, n, e);
    free_names(&s->layers);
    return status;
}

int net_weights_from_keras_h5(net_weights *w, const net *n, const char *path, hl_err *e)
{
    H5Eset_auto(H5E_DEFAULT, NULL, NULL); /* our messages, not its own */
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return hl_fail(e, "%s: not an HDF5 file that can be read", path);
    /* model.save() puts the weights into a group; save_weights() at the top. */
    const bool whole_model = H5Lexists(file, "model_weights", H5P_DEFAULT) > 0;
    source s = {.path = path,
                .root = H5Gopen(file, whole_model ? "model_weights" : "/", H5P_DEFAULT)};
    int status =
        s.root < 0 ? hl_fail(e, "%s: model_weights is not a group", path) : read_all(&s, w, n, e);
    if (s.root >= 0)
        H5Gclose(s.root);
    H5Fclose(file);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads `.weights.h5` files of Keras 3 (keras/src/saving/saving_lib.py). The weights of a layer are
 * the datasets 0, 1 ... of /layers/KIND/vars. KIND is the layer's class, with _1, _2 ... from the
 * second layer of the class on, counted in the order of model.layers; it is unrelated to the
 * layer's name, which vars holds as an attribute since Keras 3.6.
 */
#include "base/log.h"
#include "base/mem.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/h5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *kind_of(const nn_layer *l)
{
    switch (l->op) {
    case NN_CONV:
        return "conv2d";
    case NN_DEPTHWISE:
        return "depthwise_conv2d";
    default:
        return "batch_normalization"; /* no other kind has weights */
    }
}

/* ---- one layer ---- */

static hid_t open_vars(hid_t layers, const char *name)
{
    char path[NN_H5_MAX_NAME + 8];
    snprintf(path, sizeof path, "%s/vars", name);
    return nn_h5_has(layers, name) && H5Lexists(layers, path, H5P_DEFAULT) > 0
               ? H5Gopen(layers, path, H5P_DEFAULT)
               : -1;
}

static int64_t count_weights(hid_t vars)
{
    H5G_info_t info;
    return H5Gget_info(vars, &info) < 0 ? 0 : (int64_t)info.nlinks;
}

/* An explicit name must agree; automatic ones depend on the session that saved the file. */
static bool name_agrees(hid_t vars, const char *expected, char found[NN_H5_MAX_NAME])
{
    int kind;
    long number;
    nn_h5_names stated;
    if (nn_h5_automatic_name(expected, &kind, &number) || nn_h5_read_names(vars, "name", &stated))
        return true;
    const bool same = stated.n != 1 || strcmp(stated.s[0], expected) == 0;
    snprintf(found, NN_H5_MAX_NAME, "%s", same ? "" : stated.s[0]);
    nn_h5_names_free(&stated);
    return same;
}

static void read_layer(const nn_import *in, hid_t layers, const char *group, int layer)
{
    const char *expected = in->n->layers[layer].name;
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    const int count = nn_net_weight_specs(in->n, layer, specs);
    hid_t vars = open_vars(layers, group);
    char found[NN_H5_MAX_NAME];
    if (vars < 0)
        nn_h5_layer_missing(in, layer);
    else if (!name_agrees(vars, expected, found))
        nn_add_problem(in->problems, "layers/%s: expected layer %s, found %s", group, expected,
                       found);
    else if (count_weights(vars) != count)
        nn_add_problem(in->problems, "layers/%s: expected %d weights of layer %s, found %lld",
                       group, count, expected, (long long)count_weights(vars));
    else
        for (int k = 0; k < count; k++) {
            char name[12], label[NN_H5_MAX_NAME + 16 + NN_NAME];
            snprintf(name, sizeof name, "%d", k);
            snprintf(label, sizeof label, "layers/%s/vars/%d (%s/%s)", group, k, expected,
                     specs[k].name);
            nn_h5_read_weight(in, vars, name, label, &specs[k], in->w->values[layer][k]);
        }
    if (vars >= 0)
        H5Gclose(vars);
}

/* ---- unused layers ---- */

static bool was_used(char (*used)[NN_NAME], int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(used[i], name) == 0)
            return true;
    return false;
}

/* The classifier, which Keras calls the top, consists of dense layers. */
static void check_unused_layer(const nn_import *in, hid_t layers, const char *name)
{
    hid_t vars = open_vars(layers, name);
    const int64_t count = vars < 0 ? 0 : count_weights(vars);
    if (vars >= 0)
        H5Gclose(vars);
    if (count == 0)
        return;
    if (strncmp(name, "dense", 5) == 0 && (name[5] == '\0' || name[5] == '_'))
        hl_log_info("%s: layers/%s belongs to the top and is not used", in->path, name);
    else
        for (int64_t k = 0; k < count && k < NN_H5_MAX_NAMES; k++) {
            char label[NN_H5_MAX_NAME + 32];
            snprintf(label, sizeof label, "layers/%s/vars/%lld", name, (long long)k);
            nn_add_problem_left_over(in, label);
        }
}

static int check_unused(const nn_import *in, hid_t layers, char (*used)[NN_NAME], int nused,
                        hl_err *e)
{
    H5G_info_t info;
    if (H5Gget_info(layers, &info) < 0 || info.nlinks > NN_H5_MAX_NAMES)
        return hl_fail(e, "%s: the group layers: expected at most %d layers", in->path,
                       NN_H5_MAX_NAMES);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        char name[NN_H5_MAX_NAME];
        const ssize_t len = H5Lget_name_by_idx(layers, ".", H5_INDEX_NAME, H5_ITER_INC, i, name,
                                               sizeof name, H5P_DEFAULT);
        if (len < 0 || (size_t)len >= sizeof name)
            return hl_fail(e, "%s: the group layers: the name of a layer cannot be read", in->path);
        if (!was_used(used, nused, name))
            check_unused_layer(in, layers, name);
    }
    return 0;
}

int nn_read_keras3_h5(const nn_import *in, hid_t root, hl_err *e)
{
    const nn_net *n = in->n;
    hid_t layers = H5Gopen(root, "layers", H5P_DEFAULT);
    if (layers < 0)
        return hl_fail(e, "%s: layers is not a group", in->path);
    char(*used)[NN_NAME] = hl_calloc((size_t)n->n, sizeof *used);
    int nused = 0, counts[NN_CONCAT + 1] = {0};
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const nn_layer *l = &n->layers[n->order[i]];
        if (nn_net_weight_specs(n, n->order[i], specs) == 0)
            continue;
        const int number = counts[l->op]++;
        char *name = used[nused++];
        if (number)
            snprintf(name, sizeof *used, "%s_%d", kind_of(l), number);
        else
            snprintf(name, sizeof *used, "%s", kind_of(l));
        read_layer(in, layers, name, n->order[i]);
    }
    const int status = check_unused(in, layers, used, nused, e);
    free(used);
    H5Gclose(layers);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/weights/h5_file.h"

#include "base/mem.h"
#include "nn/arch/weight_specs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists of names in attributes ---- */

void nn_h5_names_free(nn_h5_names *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->s[i]);
    free(l->s);
    *l = (nn_h5_names){0};
}

static int read_fixed(hid_t attr, hid_t type, size_t n, nn_h5_names *l)
{
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > NN_H5_MAX_NAME)
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

static int read_variable(hid_t attr, size_t n, hid_t space, nn_h5_names *l)
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

int nn_h5_read_names(hid_t object, const char *attribute, nn_h5_names *l)
{
    *l = (nn_h5_names){0};
    hid_t attr = H5Aopen(object, attribute, H5P_DEFAULT);
    if (attr < 0)
        return -1;
    hid_t space = H5Aget_space(attr), type = H5Aget_type(attr);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    int status = -1;
    if (n >= 0 && n <= NN_H5_MAX_NAMES) {
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
        nn_h5_names_free(l);
    return status;
}

/* ---- values ---- */

bool nn_h5_has(hid_t at, const char *name)
{
    return H5Lexists(at, name, H5P_DEFAULT) > 0;
}

/* Why the values of a dataset cannot be weights, or NULL if they can. */
static const char *find_fault(hid_t dataset)
{
    hid_t creation = H5Dget_create_plist(dataset), type = H5Dget_type(dataset);
    const char *why = NULL;
    if (H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) != 0)
        why = "its values are kept in other files";
    else if (H5Tget_class(type) != H5T_FLOAT)
        why = "its values are not floating-point numbers";
    H5Tclose(type);
    H5Pclose(creation);
    return why;
}

hid_t nn_h5_open_values(hid_t at, const char *name, const char **why)
{
    hid_t dataset = H5Dopen(at, name, H5P_DEFAULT);
    *why = dataset < 0 ? "there is no such data in the file" : find_fault(dataset);
    if (*why && dataset >= 0)
        H5Dclose(dataset);
    return *why ? -1 : dataset;
}

int nn_h5_rank(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    const int rank = H5Sget_simple_extent_ndims(space);
    H5Sclose(space);
    return rank;
}

static bool shape_is(hid_t dataset, const nn_weight_spec *s, int64_t found[H5S_MAX_RANK], int *rank)
{
    hsize_t dims[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    *rank = H5Sget_simple_extent_dims(space, dims, NULL);
    H5Sclose(space);
    bool same = *rank == s->rank;
    for (int i = 0; i < *rank; i++) {
        found[i] = dims[i] > INT64_MAX ? INT64_MAX : (int64_t)dims[i];
        same = same && found[i] == s->shape[i];
    }
    return same;
}

void nn_h5_read_weight(const nn_import *in, hid_t at, const char *name, const char *label,
                       const nn_weight_spec *s, float *to)
{
    const char *why;
    hid_t dataset = nn_h5_open_values(at, name, &why);
    if (dataset < 0) {
        nn_add_problem(in->problems, "%s: %s", label, why);
        return;
    }
    int64_t found[H5S_MAX_RANK];
    int rank;
    if (!shape_is(dataset, s, found, &rank))
        nn_add_problem_shape(in, label, s->shape, s->rank, found, rank);
    else if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0)
        nn_add_problem(in->problems, "%s: its values cannot be read", label);
    H5Dclose(dataset);
}

void nn_h5_layer_missing(const nn_import *in, int layer)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    const int count = nn_net_weight_specs(in->n, layer, specs);
    for (int k = 0; k < count; k++) {
        char name[2 * NN_NAME];
        snprintf(name, sizeof name, "%s/%s", in->n->layers[layer].name, specs[k].name);
        nn_add_problem_missing(in, name, specs[k].shape, specs[k].rank);
    }
}

/* ---- names of layers ---- */

const char *const nn_h5_automatic_kinds[NN_H5_AUTOMATIC_KINDS] = {"conv2d", "depthwise_conv2d",
                                                                  "batch_normalization"};

bool nn_h5_automatic_name(const char *name, int *kind, long *number)
{
    for (int i = 0; i < NN_H5_AUTOMATIC_KINDS; i++) {
        const size_t len = strlen(nn_h5_automatic_kinds[i]);
        if (strncmp(name, nn_h5_automatic_kinds[i], len) != 0)
            continue;
        const char *rest = name + len;
        if (*rest && (*rest != '_' || strspn(rest + 1, "0123456789") != strlen(rest + 1)))
            continue;
        *kind = i;
        *number = *rest ? strtol(rest + 1, NULL, 10) : 0;
        return true;
    }
    return false;
}

/* ---- the file ---- */

/* Whatever the file asks for, no other file is opened and no code is loaded. */
static void confine_library(void)
{
    H5Eset_auto(H5E_DEFAULT, NULL, NULL); /* messages are ours, not the library's */
    H5PLset_loading_state(0);
    if (H5Lis_registered(H5L_TYPE_EXTERNAL) > 0)
        H5Lunregister(H5L_TYPE_EXTERNAL);
}

static int read_layout(const nn_import *in, hid_t file, hl_err *e)
{
    /* model.save() puts the weights into a group, save_weights() at the root. */
    const bool has_model = nn_h5_has(file, "model_weights");
    hid_t root = H5Gopen(file, has_model ? "model_weights" : "/", H5P_DEFAULT);
    int status;
    if (root < 0)
        status = hl_fail(e, "%s: model_weights is not a group", in->path);
    else if (H5Aexists(root, "layer_names") > 0)
        status = nn_read_keras_h5(in, root, e);
    else if (nn_h5_has(root, "layers"))
        status = nn_read_keras3_h5(in, root, e);
    else
        status = hl_fail(e,
                         "%s: not a Keras weights file: expected the attribute layer_names or the "
                         "group layers",
                         in->path);
    if (root >= 0)
        H5Gclose(root);
    return status;
}

int nn_h5_read_file(const nn_import *in, hl_err *e)
{
    confine_library();
    hid_t file = H5Fopen(in->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return hl_fail(e, "%s: damaged or truncated: not an HDF5 file that can be read", in->path);
    const int status = read_layout(in, file, e);
    H5Fclose(file);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HDF5 weights files that are intact but have arbitrary content: few mutations of bytes get past
 * the library to the code that finds the weights. The input lists the content, one item per line;
 * items that the library refuses are omitted:
 *
 *   data PATH TYPE SIDES VALUE      data Conv1/kernel:0 f4 3,3,3,2 0.25
 *   list PATH NAME TYPE TEXT ...    list / layer_names fixed Conv1 bn_Conv1
 *   link PATH TARGET                a symbolic one
 *   same PATH TARGET                a second name
 */
#include "fuzz.h"

#include "nn/weights/h5_file.h"
#include "small_net.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

static hid_t links; /* creates intermediate groups */

static const char *word(char **line)
{
    const char *w = strsep(line, " ");
    return w ? w : "";
}

static hid_t type_of(const char *name)
{
    return H5Tcopy(strcmp(name, "f4") == 0   ? H5T_IEEE_F32LE
                   : strcmp(name, "f8") == 0 ? H5T_IEEE_F64BE
                   : strcmp(name, "i4") == 0 ? H5T_STD_I32LE
                                             : H5T_C_S1);
}

static hid_t space_of(char *sides)
{
    hsize_t dims[H5S_MAX_RANK];
    int rank = 0;
    for (const char *s; rank < H5S_MAX_RANK && (s = strsep(&sides, ",")) && *s; rank++)
        dims[rank] = strtoull(s, NULL, 10);
    return rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
}

/* All values are the fill value, which takes no space in the file. */
static void add_data(hid_t file, char *line)
{
    const char *path = word(&line);
    const hid_t type = type_of(word(&line)), space = space_of(strsep(&line, " "));
    const double value = strtod(word(&line), NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &value);
    const hid_t data = H5Dcreate(file, path, type, space, links, creation, H5P_DEFAULT);
    H5Dclose(data);
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
}

static void write_list(hid_t attribute, hid_t type, bool variable, char **texts, size_t n)
{
    const size_t size = H5Tget_size(type);
    if (variable) {
        H5Awrite(attribute, type, texts);
        return;
    }
    char *raw = calloc(n ? n : 1, size);
    for (size_t i = 0; i < n; i++)
        memcpy(raw + i * size, texts[i], strnlen(texts[i], size));
    H5Awrite(attribute, type, raw);
    free(raw);
}

static void add_list(hid_t file, char *line)
{
    enum { MOST = 64 };
    const char *path = word(&line), *name = word(&line), *kind = word(&line);
    char *texts[MOST];
    size_t n = 0, longest = 1;
    while (line && n < MOST) {
        texts[n] = strsep(&line, " ");
        const size_t len = strlen(texts[n++]);
        longest = len > longest ? len : longest;
    }
    const bool variable = strcmp(kind, "variable") == 0;
    const hid_t type = type_of(variable || strcmp(kind, "fixed") == 0 ? "" : kind);
    if (H5Tget_class(type) == H5T_STRING)
        H5Tset_size(type, variable ? H5T_VARIABLE : longest);
    const hsize_t count = n;
    const hid_t space = H5Screate_simple(1, &count, NULL);
    H5Gclose(H5Gcreate(file, path, links, H5P_DEFAULT, H5P_DEFAULT));
    const hid_t attribute =
        H5Acreate_by_name(file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && H5Tget_class(type) == H5T_STRING)
        write_list(attribute, type, variable, texts, n);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void add(hid_t file, char *line)
{
    const char *item = word(&line);
    if (strcmp(item, "data") == 0) {
        add_data(file, line);
    } else if (strcmp(item, "list") == 0) {
        add_list(file, line);
    } else {
        const char *path = word(&line), *target = word(&line);
        if (strcmp(item, "link") == 0)
            H5Lcreate_soft(target, file, path, links, H5P_DEFAULT);
        else if (strcmp(item, "same") == 0)
            H5Lcreate_hard(file, target, file, path, links, H5P_DEFAULT);
    }
}

static void make_file(const char *path, char *text)
{
    H5Eset_auto(H5E_DEFAULT, NULL, NULL);
    if (!links) {
        links = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(links, 1);
    }
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    FUZZ_EXPECT(file >= 0);
    for (char *line; (line = strsep(&text, "\n"));)
        add(file, line);
    H5Fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    nn_weights w;
    nn_problems p = {0};
    const nn_import in = {fuzz_path(), small_net(NN_KERAS), &w, &p};
    hl_err e;
    make_file(in.path, text);
    nn_weights_alloc(&w, in.n);
    nn_h5_read_file(&in, &e);
    FUZZ_EXPECT(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
    nn_weights_free(&w);
    nn_problems_free(&p);
    free(text);
    return 0;
}

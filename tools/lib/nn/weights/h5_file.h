/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the readers of Keras' HDF5 layouts share. A file may come from anywhere: links out of it,
 * values kept in other files and filters that would have to be loaded are refused.
 */
#ifndef HILUM_NN_WEIGHTS_H5_FILE_H
#define HILUM_NN_WEIGHTS_H5_FILE_H

#include "nn/weights/weight_readers.h"

#include <hdf5.h>

enum { NN_H5_MAX_NAMES = 4096, NN_H5_MAX_NAME = 256 };

typedef struct nn_h5_names {
    char **s;
    size_t n;
} nn_h5_names;
void nn_h5_names_free(nn_h5_names *l);

/* The strings of an attribute, fixed or variable length; an absent or odd one is a failure. */
int nn_h5_read_names(hid_t object, const char *attribute, nn_h5_names *l);

bool nn_h5_has(hid_t at, const char *name);

/* Opens a dataset whose values lie in the file itself as floating point numbers; < 0 if it is not
 * there or otherwise, *why then says in words. */
hid_t nn_h5_open_values(hid_t at, const char *name, const char **why);
int nn_h5_rank(hid_t dataset);

/* Reads one weight. what is its name in complaints. */
void nn_h5_read_weight(const nn_import *in, hid_t at, const char *name, const char *what,
                       const nn_weight_spec *s, float *to);

/* Complains of every weight of a layer as missing. */
void nn_h5_layer_missing(const nn_import *in, int layer);

/* Has Keras numbered this layer by itself? *kind: index of the kind that counts, *number: which it
 * is; conv2d is number 0 of its kind, conv2d_1 number 1. */
enum { NN_H5_AUTOMATIC_KINDS = 3 };
extern const char *const nn_h5_automatic_kinds[NN_H5_AUTOMATIC_KINDS];
bool nn_h5_automatic_name(const char *name, int *kind, long *number);

/* What nn_read_h5 does, in a child process. */
int nn_h5_read_file(const nn_import *in, hl_err *e);

/* The two layouts. root: the group that holds the layers. */
int nn_read_keras_h5(const nn_import *in, hid_t root, hl_err *e);
int nn_read_keras3_h5(const nn_import *in, hid_t root, hl_err *e);

#endif

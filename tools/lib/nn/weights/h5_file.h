/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for reading Keras' HDF5 layouts. A file may come from anywhere: links to other files,
 * values stored in other files and filters that would have to be loaded are refused.
 */
#ifndef HILUM_NN_WEIGHTS_H5_FILE_H
#define HILUM_NN_WEIGHTS_H5_FILE_H

#include "nn/arch/weight_specs.h"
#include "nn/weights/weight_readers.h"

#include <hdf5.h>

enum { NN_H5_MAX_NAMES = 4096, NN_H5_MAX_NAME = 256 };

typedef struct nn_h5_names {
    char **s;
    size_t n;
} nn_h5_names;
void nn_h5_names_free(nn_h5_names *l);

/* Reads the strings of an attribute, of fixed or variable length. Returns -1 if the attribute is
 * missing or holds anything else; the caller writes the message. */
int nn_h5_read_names(hid_t object, const char *attribute, nn_h5_names *l);

bool nn_h5_has(hid_t at, const char *name);

/* Opens a dataset of floating-point numbers stored in the file itself. Returns a negative value if
 * there is none, with the reason in *why, which is a constant string. */
hid_t nn_h5_open_values(hid_t at, const char *name, const char **why);
int nn_h5_rank(hid_t dataset);

/* Reads one weight into `to`, which has s->size values. Problems are added to in->problems under
 * the name `label`. */
void nn_h5_read_weight(const nn_import *in, hid_t at, const char *name, const char *label,
                       const nn_weight_spec *s, float *to);

/* Adds every weight of a layer to the problems as missing. */
void nn_h5_layer_missing(const nn_import *in, int layer);

/* Returns whether a layer name is one of Keras' automatic names, and splits it: *kind is an index
 * into nn_h5_automatic_kinds; *number is 0 for conv2d, 1 for conv2d_1. */
enum { NN_H5_AUTOMATIC_KINDS = 3 };
extern const char *const nn_h5_automatic_kinds[NN_H5_AUTOMATIC_KINDS];
bool nn_h5_automatic_name(const char *name, int *kind, long *number);

/* The part of nn_read_h5 that runs in the child process. */
int nn_h5_read_file(const nn_import *in, hl_err *e);

/* Read the layout of Keras 1 and 2, and that of Keras 3. root: the group that holds the layers. */
int nn_read_keras_h5(const nn_import *in, hid_t root, hl_err *e);
int nn_read_keras3_h5(const nn_import *in, hid_t root, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by weights.c and the readers of the file formats; not for other modules. */
#ifndef HILUM_NN_WEIGHTS_WEIGHT_READERS_H
#define HILUM_NN_WEIGHTS_WEIGHT_READERS_H

#include "nn/weights/weights.h"

/* The file to read and the weights to fill. A reader fails if the file cannot be read at all; if
 * the file can be read but does not fit the network, the reader returns 0 and adds problems. */
typedef struct nn_import {
    const char *path;
    const nn_net *n;
    nn_weights *w;
    nn_problems *problems;
} nn_import;

int nn_read_h5(const nn_import *in, hl_err *e);      /* HDF5, by Keras */
int nn_read_tensors(const nn_import *in, hl_err *e); /* hilum's weight files and safetensors */

/* Finds the framework variant that the weights of a tensor file are for. */
int nn_tensors_framework(const char *path, nn_framework *framework, hl_err *e);

/* ---- problems ---- */

void nn_add_problem_missing(const nn_import *in, const char *name, const int64_t *shape, int rank);
void nn_add_problem_left_over(const nn_import *in, const char *name);
void nn_add_problem_shape(const nn_import *in, const char *name, const int64_t *expected,
                          int expected_rank, const int64_t *found, int found_rank);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Between weights.c and the readers of the formats. Not for others. */
#ifndef HILUM_NN_WEIGHTS_WEIGHT_READERS_H
#define HILUM_NN_WEIGHTS_WEIGHT_READERS_H

#include "nn/weights/weights.h"

/* A file to be read, and where to. Readers fail where the file cannot be read at all, and add to
 * the complaints where it can, but does not fit the network. */
typedef struct net_import {
    const char *path;
    const net *n;
    net_weights *w;
    net_complaints *complaints;
} net_import;

int net_read_h5(const net_import *in, hl_err *e);      /* HDF5, by Keras */
int net_read_tensors(const net_import *in, hl_err *e); /* hilum's own and safetensors */

/* The flavour that a tensor file's weights are for. */
int net_tensors_flavour(const char *path, net_flavour *flavour, hl_err *e);

/* ---- common words ---- */

enum { NET_SHAPE_TEXT = 128 };
/* "[3, 3, 64, 64]"; returns text. */
const char *net_shape_text(const int64_t *shape, int rank, char text[NET_SHAPE_TEXT]);

void net_complain_missing(const net_import *in, const char *name, const int64_t *shape, int rank);
void net_complain_left_over(const net_import *in, const char *name);
void net_complain_shape(const net_import *in, const char *name, const int64_t *expected,
                        int expected_rank, const int64_t *found, int found_rank);

#endif

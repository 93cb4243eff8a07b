/* SPDX-License-Identifier: BSD-2-Clause */
/* Between head.c and head_file.c: what a head is made of. */
#ifndef HL_HEAD_PARTS_H
#define HL_HEAD_PARTS_H

#include "head.h"

typedef struct dense {
    int64_t inputs, units;
    ts_tensor *kernel, *bias;
} dense;

struct hl_head {
    dense layers[HL_HEAD_MAX_LAYERS];
    size_t nlayers;
    net_tail *tail; /* NULL: it stands on features as they are */
    char **classes;
    size_t nclasses;
    hl_space space;
    char *chain;
    char id[HL_DIGEST_SIZE];
};

int hl_head_add_dense(hl_head *h, int64_t inputs, int64_t units, const float *kernel,
                      const float *bias, hl_err *e);

int hl_head_torch_error(hl_err *e);

#endif

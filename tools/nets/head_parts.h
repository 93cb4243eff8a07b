/* SPDX-License-Identifier: BSD-2-Clause */
/* Between head.c and head_file.c: what a head is made of. */
#ifndef HL_HEAD_PARTS_H
#define HL_HEAD_PARTS_H

#include "head.h"

typedef struct dense {
    int64_t inputs, units;
    float *kernel, *bias;
    ts_tensor *kernel_view, *bias_view; /* of these; NULL before hl_head_use_torch */
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

/* The next layer, whose values are still to be filled in. */
dense *hl_head_add_dense(hl_head *h, int64_t inputs, int64_t units);

int hl_head_torch_error(hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A backbone as oneDNN's primitives and the memory between them; what onednn.c runs. */
#ifndef HILUM_NN_INFER_ONEDNN_GRAPH_H
#define HILUM_NN_INFER_ONEDNN_GRAPH_H

#include "base/error.h"
#include "nn/infer/fusion_plan.h"
#include "nn/infer/onednn_compat.h"

/* Where a memory lies: in a buffer that workers have one each of and that values take turns in, or
 * in the graph, which all of them read. */
typedef struct nn_graph_memory {
    onednn_md md;   /* owned */
    int buffer;     /* or -1: */
    void *constant; /* owned */
} nn_graph_memory;

enum { NN_GRAPH_MAX_ARGS = NN_MAX_INPUTS + 4 };

typedef struct nn_graph_op {
    dnnl_primitive_t primitive;
    char layer[NN_NAME]; /* for messages */
    int nargs;
    int kind[NN_GRAPH_MAX_ARGS];   /* DNNL_ARG_... */
    int memory[NN_GRAPH_MAX_ARGS]; /* index into memories */
} nn_graph_op;

typedef struct nn_graph {
    dnnl_engine_t engine;
    int64_t batch;
    nn_graph_op *ops;
    size_t nops;
    /* Where maps are large, images go through one at a time, which stay in the caches; behind it
     * kernels are, and the whole batch makes use of one that has been read. */
    int64_t part;   /* images that the first operations take, */
    size_t nparted; /* which are as many as this; 0: all take the batch */
    int joint;      /* memory: what they make, in its place in a buffer for the batch; or -1 */
    nn_graph_memory *memories;
    size_t nmemories;
    size_t *buffers; /* [nbuffers] bytes */
    size_t nbuffers;
    int input;  /* memory: F32 [part, 3, H, W] row-major */
    int output; /* memory: F32 [batch, C, h, w], channels last in memory */
} nn_graph;

/* Whether the CPU has the vectors that oneDNN's convolutions are fast with. */
bool nn_graph_is_fast_here(bool bf16);

/* Whether every step is one that nn_graph_build knows. */
bool nn_graph_can_do(const nn_fusion_plan *p);

/* threads: for the work of building; what is built is for the number of the calling thread. */
int nn_graph_build(nn_graph *g, const nn_fusion_plan *p, const nn_net *n, const nn_weights *w,
                   int output, int64_t batch, bool bf16, int threads, hl_err *e);
void nn_graph_free(nn_graph *g);

/* e, with the reason of a call that failed. */
int nn_graph_error(hl_err *e, const char *where, dnnl_status_t status);

#endif

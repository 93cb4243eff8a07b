/* SPDX-License-Identifier: BSD-2-Clause */
/* A backbone as oneDNN's primitives and the memory between them; what onednn.c runs. */
#ifndef HILUM_NN_INFER_ONEDNN_GRAPH_H
#define HILUM_NN_INFER_ONEDNN_GRAPH_H

#include "base/error.h"
#include "nn/infer/fusion.h"
#include "nn/infer/onednn_api.h"

/* Where a memory lies: in a buffer that workers have one each of and that values take turns in, or
 * in the graph, which all of them read. */
typedef struct graph_memory {
    onednn_md md;   /* owned */
    int buffer;     /* or -1: */
    void *constant; /* owned */
} graph_memory;

enum { GRAPH_MAX_ARGS = NET_MAX_INPUTS + 4 };

typedef struct graph_op {
    dnnl_primitive_t primitive;
    char layer[NET_NAME]; /* for messages */
    int nargs;
    int kind[GRAPH_MAX_ARGS];   /* DNNL_ARG_... */
    int memory[GRAPH_MAX_ARGS]; /* index into memories */
} graph_op;

typedef struct onednn_graph {
    dnnl_engine_t engine;
    int64_t batch;
    graph_op *ops;
    size_t nops;
    /* Where maps are large, images go through one at a time, which stay in the caches; behind it
     * kernels are, and the whole batch makes use of one that has been read. */
    int64_t part;   /* images that the first operations take, */
    size_t nparted; /* which are as many as this; 0: all take the batch */
    int joint;      /* memory: what they make, in its place in a buffer for the batch; or -1 */
    graph_memory *memories;
    size_t nmemories;
    size_t *buffers; /* [nbuffers] bytes */
    size_t nbuffers;
    int input;  /* memory: F32 [part, 3, H, W] row-major */
    int output; /* memory: F32 [batch, C, h, w], channels last in memory */
} onednn_graph;

/* Whether the CPU has the vectors that oneDNN's convolutions are fast with. */
bool graph_is_fast_here(bool bf16);

/* Whether every step is one that graph_build knows. */
bool graph_can_do(const net_plan *p);

/* threads: for the work of building; what is built is for the number of the calling thread. */
int graph_build(onednn_graph *g, const net_plan *p, const net *n, const net_weights *w, int output,
                int64_t batch, bool bf16, int threads, hl_err *e);
void graph_free(onednn_graph *g);

/* e, with the reason of a call that failed. */
int graph_error(hl_err *e, const char *where, dnnl_status_t status);

#endif

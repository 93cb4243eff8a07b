/* SPDX-License-Identifier: BSD-2-Clause */
/* A fusion plan as oneDNN primitives and the memory between them; onednn_backend.c runs it. */
#ifndef HILUM_NN_INFER_ONEDNN_GRAPH_H
#define HILUM_NN_INFER_ONEDNN_GRAPH_H

#include "base/error.h"
#include "nn/infer/fusion_plan.h"
#include "nn/infer/onednn_compat.h"
#include "nn/infer/winograd.h"

/* A memory object. Its data is in a buffer, of which each worker has its own and which several
 * values use in turn, or it is a constant of the graph that all workers read. */
typedef struct nn_graph_memory {
    onednn_md md;   /* owned */
    int buffer;     /* -1 for a constant */
    void *constant; /* owned; NULL in a buffer */
} nn_graph_memory;

enum { NN_GRAPH_MAX_ARGS = NN_MAX_INPUTS + 4 };

/* A oneDNN primitive, or a convolution of winograd.h with arguments source, result, workspace. */
typedef struct nn_graph_op {
    dnnl_primitive_t primitive; /* NULL for the other */
    nn_winograd *winograd;      /* owned; NULL for a primitive */
    size_t images;              /* per run of the convolution */
    char layer[NN_NAME];        /* for messages */
    int nargs;
    int kind[NN_GRAPH_MAX_ARGS];   /* DNNL_ARG_... */
    int memory[NN_GRAPH_MAX_ARGS]; /* index into memories */
} nn_graph_op;

/*
 * The graph has up to two stages. Early layers have large maps and small kernels: they run on one
 * image at a time, whose values stay in the caches. Late layers have small maps and large kernels:
 * they run on the whole batch, so that each kernel is read once per batch. Without a bottleneck
 * between the two, everything is in the second stage.
 */
typedef struct nn_graph {
    dnnl_engine_t engine;
    int64_t batch;
    nn_graph_op *ops;
    size_t nops;
    int64_t stage1_batch; /* images per run of the first stage */
    size_t stage1_ops;    /* operations in the first stage; 0 if there is none */
    int stage1_output;    /* memory that holds the result of one such run; -1 if there is none */
    nn_graph_memory *memories;
    size_t nmemories;
    size_t *buffers; /* [nbuffers] bytes */
    size_t nbuffers;
    int input;  /* memory: F32 [stage1_batch, 3, H, W], row-major */
    int output; /* memory: F32 [batch, C, h, w], channels last in memory */
} nn_graph;

/* Whether the CPU has the vector extensions that oneDNN's convolutions are fast with. */
bool nn_graph_is_fast_here(bool bf16);

bool nn_graph_has_avx512(void);

/* Matrix units for bfloat16. */
bool nn_graph_has_amx(void);

/* Whether nn_graph_build supports every step. */
bool nn_graph_can_do(const nn_fusion_plan *p);

/* Builds the graph. threads: used to transform Winograd kernels; the primitives themselves are
 * built for the current number of OpenMP threads of the calling thread. */
int nn_graph_build(nn_graph *g, const nn_fusion_plan *p, const nn_net *n, const nn_weights *w,
                   int output, int64_t batch, bool bf16, int threads, hl_err *e);
void nn_graph_free(nn_graph *g);

/* Fills e from the status of a oneDNN call that failed; returns -1. */
int nn_graph_error(hl_err *e, const char *where, dnnl_status_t status);

#endif

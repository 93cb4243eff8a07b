/* SPDX-License-Identifier: BSD-2-Clause */
/* Building blocks of a graph, for onednn_graph.c and onednn_convolution.c. */
#ifndef HILUM_NN_INFER_ONEDNN_GRAPH_BUILDER_H
#define HILUM_NN_INFER_ONEDNN_GRAPH_BUILDER_H

#include "nn/infer/onednn_graph.h"

typedef struct nn_graph_builder {
    nn_graph *g;
    const nn_fusion_plan *p;
    const nn_net *n;
    const nn_weights *w;
    dnnl_data_type_t type; /* of values and kernels */
    bool has_avx512;       /* or else AVX2 */
    dnnl_primitive_attr_t plain;
    dnnl_stream_t stream; /* for reordering kernels while building */
    int64_t batch;        /* images per run in the current stage */
    int bottleneck;       /* last step of the first stage, or -1 */
    int *value;           /* [layer]: memory of its value */
    int *remaining_uses;  /* [layer]: steps and outputs that still have to read its value */
    bool *busy;           /* [buffer] */
    int threads;          /* for transforming Winograd kernels */
    int stage1_results;   /* buffer for the results of the first stage */
    int scratch;          /* buffer that all primitives share */
} nn_graph_builder;

/* Functions return dnnl_success or the status of the oneDNN call that failed. */

/* Adds a memory with a copy of md, in this buffer, or as a constant with -1. */
dnnl_status_t nn_graph_add_memory(nn_graph_builder *b, onednn_const_md md, int buffer, int *memory);
/* Adds a memory with a buffer to itself until nn_graph_release has been called for its last use. */
dnnl_status_t nn_graph_add_value(nn_graph_builder *b, onednn_const_md md, int *memory);
/* Marks a free buffer of this many bytes as used, and returns its index. */
int nn_graph_take_buffer(nn_graph_builder *b, size_t bytes);
/* Counts a use of a layer's value; after the last one its buffer is free. */
void nn_graph_release(nn_graph_builder *b, int layer);

onednn_const_md nn_graph_md(const nn_graph_builder *b, int memory);
/* Makes a descriptor of a layer's output in a type and a memory layout; the caller frees it. */
dnnl_status_t nn_graph_in_layout(const nn_graph_builder *b, const nn_layer *l,
                                 dnnl_data_type_t type, dnnl_format_tag_t layout, onednn_md *md);
/* The same in whatever layout suits the primitive. */
dnnl_status_t nn_graph_any_layout(const nn_graph_builder *b, const nn_layer *l, onednn_md *md);

nn_graph_op *nn_graph_add_op(nn_graph_builder *b, const char *layer);
void nn_graph_add_arg(nn_graph_op *op, int kind, int memory);
dnnl_status_t nn_graph_create(dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t pd);
/* Creates the primitive of an operation and gives it scratch space. */
dnnl_status_t nn_graph_finish_op(nn_graph_builder *b, nn_graph_op *op,
                                 const_dnnl_primitive_desc_t pd);
dnnl_status_t nn_graph_add_reorder(nn_graph_builder *b, const char *layer, int from, int to);

/* Adds a memory in the buffer that all operations share for scratch space. */
dnnl_status_t nn_graph_add_scratch(nn_graph_builder *b, onednn_const_md md, int *memory);
/* Gives a value in the layout that an operation expects, reordered if necessary; then own_buffer is
 * to be marked as free after the operation, else it is -1. */
dnnl_status_t nn_graph_source_for(nn_graph_builder *b, const char *name, int memory,
                                  onednn_const_md wanted, int *result, int *own_buffer);

/* Convolutions by Winograd kernels: whether a step is one, the layout of their values, and adding
 * one. */
bool nn_graph_suits_winograd(const nn_graph_builder *b, const nn_fused_step *s);
dnnl_format_tag_t nn_graph_winograd_layout(const nn_graph_builder *b);
dnnl_status_t nn_graph_add_winograd(nn_graph_builder *b, const nn_fused_step *s);

dnnl_status_t nn_graph_add_convolution(nn_graph_builder *b, const nn_fused_step *s);

#endif

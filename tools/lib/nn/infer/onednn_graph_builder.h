/* SPDX-License-Identifier: BSD-2-Clause */
/* What nn_graph.c and onednn_convolution.c share while they build a graph. */
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
    dnnl_stream_t stream; /* reorders kernels while building */
    int64_t batch;        /* images that what is built now takes */
    int waist;            /* step behind which the whole batch goes on; or -1 */
    int *value;           /* [layer]: memory, or -1 */
    int *left;            /* [layer]: steps and outputs that are still to read it */
    bool *busy;           /* [buffer] */
    int threads;          /* that kernels are brought into order by */
    int joined;           /* buffer of what the parts of a batch have made */
    int scratch;          /* buffer that all primitives take turns in */
} nn_graph_builder;

/* The index of a new memory, which copies md; or a status that is no success. */
dnnl_status_t nn_graph_add_memory(nn_graph_builder *b, onednn_const_md md, int buffer, int *memory);
/* With a buffer of its own, until the last reader has read it. */
dnnl_status_t nn_graph_add_value(nn_graph_builder *b, onednn_const_md md, int *memory);
onednn_const_md nn_graph_md(const nn_graph_builder *b, int memory);
/* The output of a layer in a type and an order; the caller frees it. */
dnnl_status_t nn_graph_in_order(const nn_graph_builder *b, const nn_layer *l, dnnl_data_type_t type,
                                dnnl_format_tag_t order, onednn_md *md);
/* In whatever order suits the primitive. */
dnnl_status_t nn_graph_any_order(const nn_graph_builder *b, const nn_layer *l, onednn_md *md);

nn_graph_op *nn_graph_add_op(nn_graph_builder *b, const char *layer);
void nn_graph_add_arg(nn_graph_op *op, int kind, int memory);
dnnl_status_t nn_graph_create(dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t pd);
/* Makes the primitive and gives it scratch space. */
dnnl_status_t nn_graph_finish_op(nn_graph_builder *b, nn_graph_op *op,
                                 const_dnnl_primitive_desc_t pd);
dnnl_status_t nn_graph_add_reorder(nn_graph_builder *b, const char *layer, int from, int to);

dnnl_status_t nn_graph_add_convolution(nn_graph_builder *b, const nn_fused_step *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

/* Convolutions by the Winograd kernels of winograd.h: oneDNN has none since 3.2, and had them only
 * for AVX-512 before. */
#include "nn/infer/onednn_graph_builder.h"

#include "base/mem.h"
#include "shim/held_signals.h"

#include <math.h>
#include <stdlib.h>

static nn_winograd_shape shape_of(const nn_graph_builder *b, const nn_fused_step *s)
{
    const nn_layer *l = &s->layer, *source = &b->n->layers[l->inputs[0]];
    return (nn_winograd_shape){.in = (size_t)source->channels,
                               .out = (size_t)l->channels,
                               .height = (size_t)source->height,
                               .width = (size_t)source->width,
                               .taps = {(size_t)l->kernel[0], (size_t)l->kernel[1]},
                               .pad = {(size_t)l->pad[0], (size_t)l->pad[2]},
                               .lanes = b->has_avx512 ? 16 : 8,
                               .bf16 = b->type == dnnl_bf16,
                               .least = s->act == NN_ACT_NONE ? -INFINITY : 0,
                               .most = s->act == NN_ACT_RELU6 ? 6 : INFINITY};
}

/* Winograd kernels are faster given enough input and output channels; in bfloat16 only squares are,
 * and only on CPUs without matrix units for it (measured: docs/PERFORMANCE.md). */
bool nn_graph_suits_winograd(const nn_graph_builder *b, const nn_fused_step *s)
{
    enum { CHANNELS = 32 };
    const nn_layer *l = &s->layer;
    const bool is_square = l->kernel[0] == l->kernel[1];
    if (l->op != NN_CONV || s->added >= 0 || l->stride[0] != 1 || l->stride[1] != 1 ||
        l->pad[0] != l->pad[1] || l->pad[2] != l->pad[3] ||
        (b->type == dnnl_bf16 && (nn_graph_has_amx() || !is_square)))
        return false;
    const nn_winograd_shape shape = shape_of(b, s);
    return shape.in >= CHANNELS && shape.out >= CHANNELS && nn_winograd_supports(&shape) &&
           nn_winograd_cpu_has(shape.lanes);
}

dnnl_format_tag_t nn_graph_winograd_layout(const nn_graph_builder *b)
{
    return b->has_avx512 ? dnnl_nChw16c : dnnl_nChw8c;
}

static nn_winograd *make_kernel(const nn_graph_builder *b, const nn_fused_step *s)
{
    const nn_winograd_shape shape = shape_of(b, s);
    float *kernel, *bias;
    sigset_t before;
    nn_fused_step_weights(s, b->n, b->w, &kernel, &bias);
    hold_signals(&before); /* for threads that start here */
    nn_winograd *w = nn_winograd_new(&shape, kernel, bias, b->threads);
    release_signals(&before);
    free(kernel);
    free(bias);
    return w;
}

/* A layer's value in the layout of the kernels. */
static dnnl_status_t blocked(const nn_graph_builder *b, int layer, onednn_md *md)
{
    return nn_graph_in_layout(b, &b->n->layers[layer], b->type, nn_graph_winograd_layout(b), md);
}

static dnnl_status_t add_source(nn_graph_builder *b, const nn_fused_step *s, int *source, int *own)
{
    const int layer = s->layer.inputs[0];
    onednn_md md;
    dnnl_status_t status = blocked(b, layer, &md);
    if (status != dnnl_success)
        return status;
    status = nn_graph_source_for(b, s->layer.name, b->value[layer], md, source, own);
    onednn_md_free(md);
    return status;
}

static dnnl_status_t add_result(nn_graph_builder *b, const nn_fused_step *s, int *result)
{
    onednn_md md;
    dnnl_status_t status = blocked(b, s->output, &md);
    if (status != dnnl_success)
        return status;
    status = nn_graph_add_value(b, md, result);
    onednn_md_free(md);
    return status;
}

static dnnl_status_t add_workspace(nn_graph_builder *b, size_t bytes, int *workspace)
{
    const dnnl_dims_t dims = {(dnnl_dim_t)(bytes / sizeof(float))};
    onednn_md md;
    dnnl_status_t status = onednn_md_new(&md, 1, dims, dnnl_f32, dnnl_a);
    if (status != dnnl_success)
        return status;
    status = nn_graph_add_scratch(b, md, workspace);
    onednn_md_free(md);
    return status;
}

dnnl_status_t nn_graph_add_winograd(nn_graph_builder *b, const nn_fused_step *s)
{
    int source, own, result, workspace;
    nn_winograd *w = make_kernel(b, s);
    dnnl_status_t status = add_source(b, s, &source, &own);
    if (status == dnnl_success)
        status = add_result(b, s, &result);
    if (status == dnnl_success)
        status = add_workspace(b, nn_winograd_workspace(w), &workspace);
    if (status != dnnl_success) {
        nn_winograd_free(w);
        return status;
    }
    nn_graph_op *op = nn_graph_add_op(b, s->layer.name);
    op->winograd = w;
    op->images = (size_t)b->batch;
    nn_graph_add_arg(op, DNNL_ARG_SRC, source);
    nn_graph_add_arg(op, DNNL_ARG_DST, result);
    nn_graph_add_arg(op, DNNL_ARG_SCRATCHPAD, workspace);
    b->value[s->output] = result;
    if (own >= 0)
        b->busy[own] = false;
    return dnnl_success;
}

#endif

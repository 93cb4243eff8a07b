/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

/* Convolutions with the layers fused into them. */
#include "nn/infer/onednn_graph_builder.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- which kernel ---- */

/* The layout of a convolution's result. With AVX2, oneDNN 3 by itself chooses channels last with
 * kernels that are slower than those for blocks of 8 channels, which both versions have; with
 * AVX-512, versions 2.6 and 3.7 do so around depthwise convolutions in float32. A first layer whose
 * result a Winograd kernel reads should produce blocks directly. */
static dnnl_status_t best_layout(const nn_graph_builder *b, int layer, bool from_image,
                                 onednn_md *md)
{
    const nn_layer *l = &b->n->layers[layer];
    bool blocked = false;
    if (!b->has_avx512)
        return nn_graph_in_layout(b, l, b->type, dnnl_nChw8c, md);
    if (b->type == dnnl_f32 && nn_fusion_plan_has(b->p, NN_DEPTHWISE))
        return nn_graph_in_layout(b, l, b->type, dnnl_nChw16c, md);
    if (!from_image)
        return nn_graph_any_layout(b, l, md);
    for (int i = 0; i < b->p->nsteps; i++)
        blocked |=
            b->p->steps[i].layer.inputs[0] == layer && nn_graph_suits_winograd(b, &b->p->steps[i]);
    return nn_graph_in_layout(b, l, b->type, blocked ? dnnl_nChw16c : dnnl_format_tag_any, md);
}

/* ---- weights ---- */

/* Copies data from one layout to another, on one thread as everything here: a team of OpenMP
 * threads spends more time waiting for the next of hundreds of reorders, by spinning, than they
 * take. */
static dnnl_status_t reorder(const nn_graph_builder *b, const float *data, onednn_const_md plain,
                             void *result, onednn_const_md md)
{
    dnnl_memory_t from = NULL, to = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_engine_t engine = b->g->engine;
    dnnl_status_t s = dnnl_memory_create(&from, plain, engine, (void *)data);
    if (s == dnnl_success)
        s = dnnl_memory_create(&to, md, engine, result);
    if (s == dnnl_success)
        s = dnnl_reorder_primitive_desc_create(&pd, plain, engine, md, engine, NULL);
    if (s == dnnl_success)
        s = nn_graph_create(&primitive, pd);
    if (s == dnnl_success) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        s = dnnl_primitive_execute(primitive, b->stream, 2, args);
    }
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(pd);
    dnnl_memory_destroy(from);
    dnnl_memory_destroy(to);
    return s;
}

/* Adds a constant: data, row-major F32, in the layout of md. */
static dnnl_status_t add_constant(nn_graph_builder *b, const float *data, onednn_const_md plain,
                                  onednn_const_md md, int *result)
{
    dnnl_status_t s = nn_graph_add_memory(b, md, -1, result);
    if (s != dnnl_success)
        return s;
    const size_t bytes = dnnl_memory_desc_get_size(md);
    void *constant = hl_aligned(bytes, 1);
    b->g->memories[*result].constant = constant;
    if (!dnnl_memory_desc_equal(plain, md))
        return reorder(b, data, plain, constant, md);
    memcpy(constant, data, bytes); /* a primitive would have to be compiled first */
    return dnnl_success;
}

typedef struct convolution {
    onednn_md plain_kernel, kernel, bias, source, result; /* owned */
    dnnl_dims_t strides, before, after;
    dnnl_primitive_attr_t attr;
    bool has_bias;
} convolution;

static dnnl_status_t describe_kernel(const nn_graph_builder *b, const nn_fused_step *s,
                                     convolution *c)
{
    const nn_layer *l = &s->layer;
    const int64_t in = b->n->layers[l->inputs[0]].channels, kh = l->kernel[0], kw = l->kernel[1];
    const bool depthwise = l->op == NN_DEPTHWISE;
    const dnnl_dims_t dense_dims = {l->channels, in, kh, kw},
                      depthwise_dims = {l->channels, 1, 1, kh, kw};
    const dnnl_dim_t *dims = depthwise ? depthwise_dims : dense_dims;
    const int rank = depthwise ? 5 : 4;
    dnnl_status_t status =
        onednn_md_new(&c->plain_kernel, rank, dims, dnnl_f32, depthwise ? dnnl_goihw : dnnl_oihw);
    if (status == dnnl_success)
        status = onednn_md_new(&c->kernel, rank, dims, b->type, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = onednn_md_new(&c->bias, 1, dense_dims, dnnl_f32, dnnl_a);
    return status;
}

/* Post-operations, applied to each value before it is stored: addition, then activation. */
static dnnl_status_t describe_post_ops(const nn_fused_step *s, convolution *c)
{
    dnnl_post_ops_t ops;
    dnnl_status_t status = dnnl_primitive_attr_create(&c->attr);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(c->attr, dnnl_scratchpad_mode_user);
    if (status != dnnl_success || (status = dnnl_post_ops_create(&ops)) != dnnl_success)
        return status;
    if (s->added >= 0)
        status = onednn_append_sum(ops);
    if (status == dnnl_success && s->act == NN_ACT_RELU)
        status = onednn_append_eltwise(ops, dnnl_eltwise_relu, 0, 0);
    if (status == dnnl_success && s->act == NN_ACT_RELU6)
        status = onednn_append_eltwise(ops, dnnl_eltwise_clip, 0, 6);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(c->attr, ops);
    dnnl_post_ops_destroy(ops);
    return status;
}

static dnnl_status_t create_convolution(const nn_graph_builder *b, const convolution *c,
                                        dnnl_primitive_desc_t *pd)
{
    return onednn_convolution(pd, b->g->engine, dnnl_convolution_direct, c->source, c->kernel,
                              c->has_bias ? c->bias : NULL, c->result, c->strides, c->before,
                              c->after, c->attr);
}

static dnnl_status_t add_weights(nn_graph_builder *b, const nn_fused_step *s, const convolution *c,
                                 const_dnnl_primitive_desc_t pd, int *kernel, int *bias)
{
    float *k, *v;
    nn_fused_step_weights(s, b->n, b->w, &k, &v);
    dnnl_status_t status = add_constant(
        b, k, c->plain_kernel, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0), kernel);
    if (status == dnnl_success && v)
        status = add_constant(b, v, c->bias, c->bias, bias);
    free(k);
    free(v);
    return status;
}

/* The result overwrites the added value if this step is its last reader, as it always is in a
 * residual block; otherwise the step gets a copy. */
static dnnl_status_t result_for(nn_graph_builder *b, const nn_fused_step *s, onednn_const_md md,
                                int *result)
{
    if (s->added < 0)
        return nn_graph_add_value(b, md, result);
    const int there = b->value[s->added];
    if (b->remaining_uses[s->added] == 1) {
        b->remaining_uses[s->added]++; /* keeps the buffer busy when the step releases it */
        return nn_graph_add_memory(b, md, b->g->memories[there].buffer, result);
    }
    const dnnl_status_t status = nn_graph_add_value(b, md, result);
    return status == dnnl_success ? nn_graph_add_reorder(b, s->layer.name, there, *result) : status;
}

static dnnl_status_t describe(nn_graph_builder *b, const nn_fused_step *s, convolution *c)
{
    const nn_layer *l = &s->layer;
    for (int i = 0; i < 2; i++) {
        c->strides[i] = l->stride[i];
        c->before[i] = l->pad[2 * i];
        c->after[i] = l->pad[2 * i + 1];
    }
    c->has_bias = l->bias || s->batchnorm >= 0;
    /* Images are reordered for the kernel; other values are read in the layout that they have. */
    const bool from_image = b->n->layers[l->inputs[0]].op == NN_INPUT;
    dnnl_status_t status = from_image
                               ? nn_graph_any_layout(b, &b->n->layers[l->inputs[0]], &c->source)
                               : onednn_md_copy(&c->source, nn_graph_md(b, b->value[l->inputs[0]]));
    if (status == dnnl_success && s->added >= 0)
        status = onednn_md_copy(&c->result, nn_graph_md(b, b->value[s->added]));
    else if (status == dnnl_success)
        status = best_layout(b, s->output, from_image, &c->result);
    if (status == dnnl_success)
        status = describe_kernel(b, s, c);
    return status == dnnl_success ? describe_post_ops(s, c) : status;
}

static dnnl_status_t add_primitive(nn_graph_builder *b, const nn_fused_step *s,
                                   const convolution *c, dnnl_primitive_desc_t pd)
{
    int source, own, kernel, bias = -1, result;
    dnnl_status_t status =
        nn_graph_source_for(b, s->layer.name, b->value[s->layer.inputs[0]],
                            dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0), &source, &own);
    if (status == dnnl_success)
        status = add_weights(b, s, c, pd, &kernel, &bias);
    if (status == dnnl_success)
        status = result_for(b, s, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), &result);
    if (status != dnnl_success)
        return status;
    nn_graph_op *op = nn_graph_add_op(b, s->layer.name);
    nn_graph_add_arg(op, DNNL_ARG_SRC, source);
    nn_graph_add_arg(op, DNNL_ARG_WEIGHTS, kernel);
    if (bias >= 0)
        nn_graph_add_arg(op, DNNL_ARG_BIAS, bias);
    nn_graph_add_arg(op, DNNL_ARG_DST, result);
    b->value[s->output] = result;
    if (own >= 0)
        b->busy[own] = false;
    return nn_graph_finish_op(b, op, pd);
}

dnnl_status_t nn_graph_add_convolution(nn_graph_builder *b, const nn_fused_step *s)
{
    if (nn_graph_suits_winograd(b, s))
        return nn_graph_add_winograd(b, s);
    convolution c = {0};
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = describe(b, s, &c);
    if (status == dnnl_success)
        status = create_convolution(b, &c, &pd);
    if (status == dnnl_success)
        status = add_primitive(b, s, &c, pd);
    dnnl_primitive_desc_destroy(pd);
    dnnl_primitive_attr_destroy(c.attr);
    onednn_md *owned[] = {&c.plain_kernel, &c.kernel, &c.bias, &c.source, &c.result};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        onednn_md_free(*owned[i]);
    return status;
}

#endif

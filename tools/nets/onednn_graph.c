/* SPDX-License-Identifier: BSD-2-Clause */
#include "onednn_here.h"

#if HL_ONEDNN_HERE

#include "onednn_graph.h"

#include "../common/mem.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int graph_error(hl_err *e, const char *where, dnnl_status_t status)
{
    return hl_fail(e, "%s: oneDNN: %s", where,
                   status == dnnl_out_of_memory ? "out of memory" : "a call failed");
}

bool graph_can_do(const net_plan *p)
{
    for (int i = 0; i < p->nsteps; i++)
        if (p->steps[i].layer.op == NET_BATCHNORM || p->steps[i].layer.op == NET_ZEROPAD)
            return false;
    return true;
}

/* ---- memories and buffers ---- */

typedef struct builder {
    onednn_graph *g;
    const net_plan *p;
    const net *n;
    const net_weights *w;
    dnnl_data_type_t type; /* of values and kernels */
    dnnl_primitive_attr_t plain;
    dnnl_stream_t stream; /* reorders kernels while building */
    int *value;           /* [layer]: memory, or -1 */
    int *left;            /* [layer]: steps and outputs that are still to read it */
    bool *busy;           /* [buffer] */
    int threads;          /* that kernels are brought into order by */
    int scratch;          /* buffer that all primitives take turns in */
} builder;

static int add_memory(builder *b, const dnnl_memory_desc_t *md, int buffer)
{
    onednn_graph *g = b->g;
    g->memories = hl_realloc(g->memories, g->nmemories + 1, sizeof *g->memories);
    g->memories[g->nmemories] = (graph_memory){.md = *md, .buffer = buffer};
    return (int)g->nmemories++;
}

/* The smallest free buffer that is large enough, else the largest free one, which grows. */
static int take_buffer(builder *b, size_t bytes)
{
    onednn_graph *g = b->g;
    int best = -1;
    for (size_t i = 0; i < g->nbuffers; i++) {
        if (b->busy[i])
            continue;
        const size_t size = g->buffers[i], was = best < 0 ? 0 : g->buffers[best];
        if (best < 0 || (size >= bytes ? was < bytes || size < was : size > was && was < bytes))
            best = (int)i;
    }
    if (best < 0) {
        g->buffers = hl_realloc(g->buffers, g->nbuffers + 1, sizeof *g->buffers);
        b->busy = hl_realloc(b->busy, g->nbuffers + 1, sizeof *b->busy);
        g->buffers[g->nbuffers] = 0;
        best = (int)g->nbuffers++;
    }
    b->busy[best] = true;
    if (g->buffers[best] < bytes)
        g->buffers[best] = bytes;
    return best;
}

static int add_value(builder *b, const dnnl_memory_desc_t *md)
{
    return add_memory(b, md, take_buffer(b, dnnl_memory_desc_get_size(md)));
}

static void let_go(builder *b, int layer)
{
    if (--b->left[layer] == 0)
        b->busy[b->g->memories[b->value[layer]].buffer] = false;
}

static const dnnl_memory_desc_t *md_of(const builder *b, int memory)
{
    return &b->g->memories[memory].md;
}

static dnnl_status_t any_order(const builder *b, const net_layer *l, dnnl_memory_desc_t *md)
{
    const dnnl_dims_t dims = {b->g->batch, l->channels, l->height, l->width};
    return dnnl_memory_desc_init_by_tag(md, 4, dims, b->type, dnnl_format_tag_any);
}

/* Winograd's kernels win where there are channels enough on both sides: measured,
 * docs/PERFORMANCE.md. They are for F32 only. */
static bool suits_winograd(const builder *b, const net_step *s)
{
    enum { CHANNELS = 64 };
    const net_layer *l = &s->layer;
    return b->type == dnnl_f32 && l->op == NET_CONV && l->kernel[0] == 3 && l->kernel[1] == 3 &&
           l->stride[0] == 1 && l->stride[1] == 1 && l->channels >= CHANNELS &&
           b->n->layers[l->inputs[0]].channels >= CHANNELS;
}

/* Winograd's kernels take and give blocks of 16 channels. A value that one of them reads is best
 * made like that at once. */
static dnnl_status_t best_order(const builder *b, int layer, dnnl_memory_desc_t *md)
{
    const net_layer *l = &b->n->layers[layer];
    const dnnl_dims_t dims = {b->g->batch, l->channels, l->height, l->width};
    bool blocked = false;
    for (int i = 0; i < b->p->nsteps; i++)
        blocked |= b->p->steps[i].layer.inputs[0] == layer && suits_winograd(b, &b->p->steps[i]);
    return blocked ? dnnl_memory_desc_init_by_tag(md, 4, dims, b->type, dnnl_nChw16c)
                   : any_order(b, l, md);
}

/* ---- operations ---- */

static graph_op *add_op(builder *b, const char *layer)
{
    onednn_graph *g = b->g;
    g->ops = hl_realloc(g->ops, g->nops + 1, sizeof *g->ops);
    graph_op *op = &g->ops[g->nops++];
    *op = (graph_op){0};
    snprintf(op->layer, sizeof op->layer, "%s", layer);
    return op;
}

static void add_arg(graph_op *op, int kind, int memory)
{
    op->kind[op->nargs] = kind;
    op->memory[op->nargs++] = memory;
}

/* Makes the primitive and gives it scratch space. */
static dnnl_status_t finish_op(builder *b, graph_op *op, const_dnnl_primitive_desc_t pd)
{
    const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    const size_t bytes = md ? dnnl_memory_desc_get_size(md) : 0;
    if (bytes) {
        const int memory = add_memory(b, md, b->scratch);
        if (bytes > b->g->buffers[b->scratch])
            b->g->buffers[b->scratch] = bytes;
        add_arg(op, DNNL_ARG_SCRATCHPAD, memory);
    }
    return dnnl_primitive_create(&op->primitive, pd);
}

static dnnl_status_t add_reorder(builder *b, const char *layer, int from, int to)
{
    dnnl_primitive_desc_t pd;
    dnnl_status_t s = dnnl_reorder_primitive_desc_create(&pd, md_of(b, from), b->g->engine,
                                                         md_of(b, to), b->g->engine, b->plain);
    if (s != dnnl_success)
        return s;
    graph_op *op = add_op(b, layer);
    add_arg(op, DNNL_ARG_FROM, from);
    add_arg(op, DNNL_ARG_TO, to);
    s = finish_op(b, op, pd);
    dnnl_primitive_desc_destroy(pd);
    return s;
}

/* ---- convolutions ---- */

/* The memory of a constant: data, row-major F32, brought into the order of md. */
static dnnl_status_t add_constant(builder *b, const float *data, const dnnl_memory_desc_t *plain,
                                  const dnnl_memory_desc_t *md, int *result)
{
    void *room = hl_aligned(dnnl_memory_desc_get_size(md), 1);
    *result = add_memory(b, md, -1);
    b->g->memories[*result].constant = room;
    dnnl_memory_t from = NULL, to = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t reorder = NULL;
    dnnl_engine_t engine = b->g->engine;
    const int threads = omp_get_max_threads();
    omp_set_num_threads(b->threads);
    dnnl_status_t s = dnnl_memory_create(&from, plain, engine, (void *)data);
    if (s == dnnl_success)
        s = dnnl_memory_create(&to, md, engine, room);
    if (s == dnnl_success)
        s = dnnl_reorder_primitive_desc_create(&pd, plain, engine, md, engine, NULL);
    if (s == dnnl_success)
        s = dnnl_primitive_create(&reorder, pd);
    if (s == dnnl_success) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        s = dnnl_primitive_execute(reorder, b->stream, 2, args);
    }
    omp_set_num_threads(threads);
    dnnl_primitive_destroy(reorder);
    dnnl_primitive_desc_destroy(pd);
    dnnl_memory_destroy(from);
    dnnl_memory_destroy(to);
    return s;
}

typedef struct convolution {
    dnnl_memory_desc_t plain_kernel, kernel, bias, source, result;
    dnnl_dims_t strides, before, after;
    dnnl_primitive_attr_t attr;
    bool has_bias;
} convolution;

static dnnl_status_t describe_kernel(const builder *b, const net_step *s, convolution *c)
{
    const net_layer *l = &s->layer;
    const int64_t in = b->n->layers[l->inputs[0]].channels, kh = l->kernel[0], kw = l->kernel[1];
    const bool depthwise = l->op == NET_DEPTHWISE;
    const dnnl_dims_t whole = {l->channels, in, kh, kw}, split = {l->channels, 1, 1, kh, kw};
    const dnnl_dim_t *dims = depthwise ? split : whole;
    const int rank = depthwise ? 5 : 4;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&c->plain_kernel, rank, dims, dnnl_f32,
                                                        depthwise ? dnnl_goihw : dnnl_oihw);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&c->kernel, rank, dims, b->type, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = dnnl_memory_desc_init_by_tag(&c->bias, 1, whole, dnnl_f32, dnnl_a);
    return status;
}

/* What is done with each value before it is stored: the sum with what is there, the activation. */
static dnnl_status_t describe_rest(const net_step *s, convolution *c)
{
    dnnl_post_ops_t ops;
    dnnl_status_t status = dnnl_primitive_attr_create(&c->attr);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(c->attr, dnnl_scratchpad_mode_user);
    if (status != dnnl_success || (status = dnnl_post_ops_create(&ops)) != dnnl_success)
        return status;
    if (s->added >= 0)
        status = dnnl_post_ops_append_sum(ops, 1);
    if (status == dnnl_success && s->act == NET_ACT_RELU)
        status = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0);
    if (status == dnnl_success && s->act == NET_ACT_RELU6)
        status = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, 0, 6);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(c->attr, ops);
    dnnl_post_ops_destroy(ops);
    return status;
}

static dnnl_status_t try_convolution(const builder *b, const convolution *c, dnnl_alg_kind_t how,
                                     dnnl_primitive_desc_t *pd)
{
    dnnl_convolution_desc_t d;
    const dnnl_status_t s = dnnl_convolution_forward_desc_init(
        &d, dnnl_forward_inference, how, &c->source, &c->kernel, c->has_bias ? &c->bias : NULL,
        &c->result, c->strides, c->before, c->after);
    return s != dnnl_success ? s : dnnl_primitive_desc_create(pd, &d, c->attr, b->g->engine, NULL);
}

static dnnl_status_t choose_convolution(const builder *b, const net_step *s, const convolution *c,
                                        dnnl_primitive_desc_t *pd)
{
    convolution own = *c;
    if (suits_winograd(b, s) &&
        any_order(b, &b->n->layers[s->layer.inputs[0]], &own.source) == dnnl_success &&
        try_convolution(b, &own, dnnl_convolution_winograd, pd) == dnnl_success)
        return dnnl_success;
    return try_convolution(b, c, dnnl_convolution_direct, pd);
}

static dnnl_status_t add_weights(builder *b, const net_step *s, const convolution *c,
                                 const_dnnl_primitive_desc_t pd, int *kernel, int *bias)
{
    float *k, *v;
    net_step_weights(s, b->n, b->w, &k, &v);
    dnnl_status_t status = add_constant(
        b, k, &c->plain_kernel, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0), kernel);
    if (status == dnnl_success && v)
        status = add_constant(b, v, &c->bias, &c->bias, bias);
    free(k);
    free(v);
    return status;
}

/* The source in the order that the primitive wants. */
static dnnl_status_t source_for(builder *b, const char *name, int memory,
                                const dnnl_memory_desc_t *wanted, int *result, int *own)
{
    *result = memory;
    *own = -1;
    if (dnnl_memory_desc_equal(md_of(b, memory), wanted))
        return dnnl_success;
    const dnnl_memory_desc_t md = *wanted;
    *result = add_value(b, &md);
    *own = b->g->memories[*result].buffer;
    return add_reorder(b, name, memory, *result);
}

/* The result overwrites what is added, whose last reader this step is: of a residual, it always
 * is; otherwise a copy is made. */
static dnnl_status_t result_for(builder *b, const net_step *s, const dnnl_memory_desc_t *md,
                                int *result)
{
    const dnnl_memory_desc_t copy = *md;
    if (s->added < 0) {
        *result = add_value(b, &copy);
        return dnnl_success;
    }
    const int there = b->value[s->added];
    if (b->left[s->added] == 1) {
        b->left[s->added]++; /* the buffer stays busy when the step lets go of it */
        *result = add_memory(b, &copy, b->g->memories[there].buffer);
        return dnnl_success;
    }
    *result = add_value(b, &copy);
    return add_reorder(b, s->layer.name, there, *result);
}

static dnnl_status_t describe(builder *b, const net_step *s, convolution *c)
{
    const net_layer *l = &s->layer;
    for (int i = 0; i < 2; i++) {
        c->strides[i] = l->stride[i];
        c->before[i] = l->pad[2 * i];
        c->after[i] = l->pad[2 * i + 1];
    }
    c->has_bias = l->bias || s->batchnorm >= 0;
    c->source = *md_of(b, b->value[l->inputs[0]]);
    dnnl_status_t status = dnnl_success;
    /* The image may come in any order, all else comes as it is. */
    const bool from_image = b->n->layers[l->inputs[0]].op == NET_INPUT;
    if (from_image)
        status = any_order(b, &b->n->layers[l->inputs[0]], &c->source);
    if (s->added >= 0)
        c->result = *md_of(b, b->value[s->added]);
    else if (status == dnnl_success)
        status = from_image ? best_order(b, s->output, &c->result) : any_order(b, l, &c->result);
    if (status == dnnl_success)
        status = describe_kernel(b, s, c);
    return status == dnnl_success ? describe_rest(s, c) : status;
}

static dnnl_status_t add_primitive(builder *b, const net_step *s, const convolution *c,
                                   dnnl_primitive_desc_t pd)
{
    int source, own, kernel, bias = -1, result;
    dnnl_status_t status =
        source_for(b, s->layer.name, b->value[s->layer.inputs[0]],
                   dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0), &source, &own);
    if (status == dnnl_success)
        status = add_weights(b, s, c, pd, &kernel, &bias);
    if (status == dnnl_success)
        status = result_for(b, s, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), &result);
    if (status != dnnl_success)
        return status;
    graph_op *op = add_op(b, s->layer.name);
    add_arg(op, DNNL_ARG_SRC, source);
    add_arg(op, DNNL_ARG_WEIGHTS, kernel);
    if (bias >= 0)
        add_arg(op, DNNL_ARG_BIAS, bias);
    add_arg(op, DNNL_ARG_DST, result);
    b->value[s->output] = result;
    if (own >= 0)
        b->busy[own] = false;
    return finish_op(b, op, pd);
}

static dnnl_status_t add_convolution(builder *b, const net_step *s)
{
    convolution c = {0};
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = describe(b, s, &c);
    if (status == dnnl_success)
        status = choose_convolution(b, s, &c, &pd);
    if (status == dnnl_success)
        status = add_primitive(b, s, &c, pd);
    dnnl_primitive_desc_destroy(pd);
    dnnl_primitive_attr_destroy(c.attr);
    return status;
}

/* ---- the others: one result, in the order that oneDNN likes, of sources as they are ---- */

static dnnl_status_t add_simple(builder *b, const net_step *s, dnnl_primitive_desc_t pd)
{
    const int n = s->layer.ninputs;
    const dnnl_memory_desc_t md = *dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0);
    const int result = add_value(b, &md);
    graph_op *op = add_op(b, s->layer.name);
    for (int i = 0; i < n; i++)
        add_arg(op, n == 1 ? DNNL_ARG_SRC : DNNL_ARG_MULTIPLE_SRC + i,
                b->value[s->layer.inputs[i]]);
    add_arg(op, DNNL_ARG_DST, result);
    b->value[s->output] = result;
    return finish_op(b, op, pd);
}

static dnnl_status_t describe_pool(builder *b, const net_step *s, dnnl_primitive_desc_t *pd)
{
    const net_layer *l = &s->layer;
    const dnnl_dims_t strides = {l->stride[0], l->stride[1]}, kernel = {l->kernel[0], l->kernel[1]},
                      before = {l->pad[0], l->pad[2]}, after = {l->pad[1], l->pad[3]};
    dnnl_memory_desc_t result;
    dnnl_pooling_desc_t d;
    dnnl_status_t status = any_order(b, l, &result);
    if (status == dnnl_success)
        status = dnnl_pooling_forward_desc_init(
            &d, dnnl_forward_inference,
            l->op == NET_MAXPOOL ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
            md_of(b, b->value[l->inputs[0]]), &result, strides, kernel, before, after);
    return status != dnnl_success
               ? status
               : dnnl_primitive_desc_create(pd, &d, b->plain, b->g->engine, NULL);
}

static dnnl_status_t describe_activation(builder *b, const net_step *s, dnnl_primitive_desc_t *pd)
{
    dnnl_eltwise_desc_t d;
    const bool relu = s->layer.op == NET_RELU;
    const dnnl_status_t status = dnnl_eltwise_forward_desc_init(
        &d, dnnl_forward_inference, relu ? dnnl_eltwise_relu : dnnl_eltwise_clip,
        md_of(b, b->value[s->layer.inputs[0]]), 0, relu ? 0 : 6);
    return status != dnnl_success
               ? status
               : dnnl_primitive_desc_create(pd, &d, b->plain, b->g->engine, NULL);
}

static dnnl_status_t describe_many(builder *b, const net_step *s, dnnl_primitive_desc_t *pd)
{
    const net_layer *l = &s->layer;
    const float scales[] = {1, l->op == NET_SCALED_ADD ? (float)l->scale : 1};
    dnnl_memory_desc_t sources[NET_MAX_INPUTS];
    for (int i = 0; i < l->ninputs; i++)
        sources[i] = *md_of(b, b->value[l->inputs[i]]);
    return l->op == NET_CONCAT ? dnnl_concat_primitive_desc_create(pd, NULL, l->ninputs, 1, sources,
                                                                   b->plain, b->g->engine)
                               : dnnl_sum_primitive_desc_create(pd, NULL, l->ninputs, scales,
                                                                sources, b->plain, b->g->engine);
}

/* An activation of a value that stays in place. */
static dnnl_status_t activate_in_place(builder *b, const net_step *s)
{
    net_step act = *s;
    dnnl_primitive_desc_t pd;
    act.layer.op = s->act == NET_ACT_RELU ? NET_RELU : NET_RELU6;
    act.layer.inputs[0] = s->output;
    dnnl_status_t status = describe_activation(b, &act, &pd);
    if (status != dnnl_success)
        return status;
    graph_op *op = add_op(b, s->layer.name);
    add_arg(op, DNNL_ARG_SRC, b->value[s->output]);
    add_arg(op, DNNL_ARG_DST, b->value[s->output]);
    status = finish_op(b, op, pd);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

static dnnl_status_t add_other(builder *b, const net_step *s)
{
    const net_op op = s->layer.op;
    const bool is_activation = op == NET_RELU || op == NET_RELU6;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = op == NET_MAXPOOL || op == NET_AVGPOOL ? describe_pool(b, s, &pd)
                           : is_activation                        ? describe_activation(b, s, &pd)
                                                                  : describe_many(b, s, &pd);
    if (status == dnnl_success)
        status = add_simple(b, s, pd);
    if (status == dnnl_success && !is_activation && s->act != NET_ACT_NONE)
        status = activate_in_place(b, s);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

/* ---- the whole ---- */

static dnnl_status_t add_input(builder *b, const net_step *s)
{
    const net_layer *l = &s->layer;
    const dnnl_dims_t dims = {b->g->batch, l->channels, l->height, l->width};
    dnnl_memory_desc_t md;
    const dnnl_status_t status = dnnl_memory_desc_init_by_tag(&md, 4, dims, dnnl_f32, dnnl_nchw);
    if (status == dnnl_success)
        b->g->input = b->value[s->output] = add_value(b, &md);
    return status;
}

static dnnl_status_t add_output(builder *b, int output)
{
    const net_layer *l = &b->n->layers[output];
    const dnnl_dims_t dims = {b->g->batch, l->channels, l->height, l->width};
    dnnl_memory_desc_t md;
    const dnnl_status_t status = dnnl_memory_desc_init_by_tag(&md, 4, dims, dnnl_f32, dnnl_nhwc);
    if (status != dnnl_success)
        return status;
    b->g->output = add_value(b, &md);
    return add_reorder(b, "output", b->value[output], b->g->output);
}

static dnnl_status_t add_step(builder *b, const net_step *s)
{
    const net_op op = s->layer.op;
    const dnnl_status_t status = op == NET_INPUT                         ? add_input(b, s)
                                 : op == NET_CONV || op == NET_DEPTHWISE ? add_convolution(b, s)
                                                                         : add_other(b, s);
    if (status != dnnl_success)
        return status;
    for (int k = 0; k < s->layer.ninputs; k++)
        let_go(b, s->layer.inputs[k]);
    if (s->added >= 0)
        let_go(b, s->added);
    return status;
}

static int start(builder *b, hl_err *e)
{
    onednn_graph *g = b->g;
    dnnl_status_t s = dnnl_engine_create(&g->engine, dnnl_cpu, 0);
    if (s == dnnl_success)
        s = dnnl_stream_create(&b->stream, g->engine, dnnl_stream_default_flags);
    if (s == dnnl_success)
        s = dnnl_primitive_attr_create(&b->plain);
    if (s == dnnl_success)
        s = dnnl_primitive_attr_set_scratchpad_mode(b->plain, dnnl_scratchpad_mode_user);
    b->scratch = take_buffer(b, 0);
    return s == dnnl_success ? 0 : graph_error(e, "set-up", s);
}

int graph_build(onednn_graph *g, const net_plan *p, const net *n, const net_weights *w, int output,
                int64_t batch, bool bf16, int threads, hl_err *e)
{
    const size_t count = (size_t)n->n;
    *g = (onednn_graph){.batch = batch};
    builder b = {.g = g,
                 .p = p,
                 .n = n,
                 .w = w,
                 .type = bf16 ? dnnl_bf16 : dnnl_f32,
                 .threads = threads,
                 .value = hl_malloc(count, sizeof *b.value),
                 .left = hl_malloc(count, sizeof *b.left)};
    memcpy(b.left, p->uses, count * sizeof *b.left);
    int status = start(&b, e);
    for (int i = 0; i < p->nsteps && status == 0; i++) {
        const dnnl_status_t s = add_step(&b, &p->steps[i]);
        if (s != dnnl_success)
            status = graph_error(e, n->layers[p->steps[i].number].name, s);
    }
    if (status == 0) {
        const dnnl_status_t s = add_output(&b, output);
        if (s != dnnl_success)
            status = graph_error(e, "output", s);
    }
    dnnl_primitive_attr_destroy(b.plain);
    dnnl_stream_destroy(b.stream);
    free(b.value);
    free(b.left);
    free(b.busy);
    if (status)
        graph_free(g);
    return status;
}

void graph_free(onednn_graph *g)
{
    for (size_t i = 0; i < g->nops; i++)
        dnnl_primitive_destroy(g->ops[i].primitive);
    for (size_t i = 0; i < g->nmemories; i++)
        free(g->memories[i].constant);
    free(g->ops);
    free(g->memories);
    free(g->buffers);
    dnnl_engine_destroy(g->engine);
    *g = (onednn_graph){0};
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

#include "nn/infer/onednn_graph_builder.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int nn_graph_error(hl_err *e, const char *where, dnnl_status_t status)
{
    return hl_fail(e, "%s: oneDNN: %s", where,
                   status == dnnl_out_of_memory ? "out of memory" : "a call failed");
}

/* ONEDNN_MAX_CPU_ISA lowers what the CPU has. On other CPUs than x86 oneDNN claims to have all,
 * and would take its reference kernels. */
static bool has_vectors(dnnl_cpu_isa_t wanted)
{
#ifdef __x86_64__
    return (dnnl_get_effective_cpu_isa() & wanted) == wanted;
#else
    (void)wanted;
    return false;
#endif
}

bool nn_graph_is_fast_here(bool bf16)
{
    return has_vectors(bf16 ? dnnl_cpu_isa_avx512_core : dnnl_cpu_isa_avx2);
}

bool nn_graph_can_do(const nn_fusion_plan *p)
{
    for (int i = 0; i < p->nsteps; i++)
        if (p->steps[i].layer.op == NN_BATCHNORM || p->steps[i].layer.op == NN_ZEROPAD)
            return false;
    return true;
}

/* ---- memories and buffers ---- */

dnnl_status_t nn_graph_add_memory(nn_graph_builder *b, onednn_const_md md, int buffer, int *memory)
{
    nn_graph *g = b->g;
    nn_graph_memory m = {.buffer = buffer};
    const dnnl_status_t s = onednn_md_copy(&m.md, md);
    if (s != dnnl_success)
        return s;
    g->memories = hl_realloc(g->memories, g->nmemories + 1, sizeof *g->memories);
    g->memories[g->nmemories] = m;
    *memory = (int)g->nmemories++;
    return dnnl_success;
}

/* The smallest free buffer that is large enough, else the largest free one, which grows. */
static int take_buffer(nn_graph_builder *b, size_t bytes)
{
    nn_graph *g = b->g;
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

dnnl_status_t nn_graph_add_value(nn_graph_builder *b, onednn_const_md md, int *memory)
{
    return nn_graph_add_memory(b, md, take_buffer(b, dnnl_memory_desc_get_size(md)), memory);
}

static void let_go(nn_graph_builder *b, int layer)
{
    if (--b->left[layer] == 0)
        b->busy[b->g->memories[b->value[layer]].buffer] = false;
}

onednn_const_md nn_graph_md(const nn_graph_builder *b, int memory)
{
    return b->g->memories[memory].md;
}

dnnl_status_t nn_graph_in_order(const nn_graph_builder *b, const nn_layer *l, dnnl_data_type_t type,
                                dnnl_format_tag_t order, onednn_md *md)
{
    const dnnl_dims_t dims = {b->batch, l->channels, l->height, l->width};
    return onednn_md_new(md, 4, dims, type, order);
}

dnnl_status_t nn_graph_any_order(const nn_graph_builder *b, const nn_layer *l, onednn_md *md)
{
    return nn_graph_in_order(b, l, b->type, dnnl_format_tag_any, md);
}

/* ---- operations ---- */

nn_graph_op *nn_graph_add_op(nn_graph_builder *b, const char *layer)
{
    nn_graph *g = b->g;
    g->ops = hl_realloc(g->ops, g->nops + 1, sizeof *g->ops);
    nn_graph_op *op = &g->ops[g->nops++];
    *op = (nn_graph_op){0};
    snprintf(op->layer, sizeof op->layer, "%s", layer);
    return op;
}

void nn_graph_add_arg(nn_graph_op *op, int kind, int memory)
{
    op->kind[op->nargs] = kind;
    op->memory[op->nargs++] = memory;
}

/* oneDNN compiles the kernel now, and dies where there is no room for it. */
dnnl_status_t nn_graph_create(dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t pd)
{
    enum { KERNEL = 16 << 20 };
    hl_mem_expect(KERNEL);
    return dnnl_primitive_create(primitive, pd);
}

dnnl_status_t nn_graph_finish_op(nn_graph_builder *b, nn_graph_op *op,
                                 const_dnnl_primitive_desc_t pd)
{
    onednn_const_md md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    const size_t bytes = md ? dnnl_memory_desc_get_size(md) : 0;
    if (bytes) {
        int memory;
        const dnnl_status_t s = nn_graph_add_memory(b, md, b->scratch, &memory);
        if (s != dnnl_success)
            return s;
        if (bytes > b->g->buffers[b->scratch])
            b->g->buffers[b->scratch] = bytes;
        nn_graph_add_arg(op, DNNL_ARG_SCRATCHPAD, memory);
    }
    return nn_graph_create(&op->primitive, pd);
}

dnnl_status_t nn_graph_add_reorder(nn_graph_builder *b, const char *layer, int from, int to)
{
    dnnl_primitive_desc_t pd;
    dnnl_status_t s = dnnl_reorder_primitive_desc_create(
        &pd, nn_graph_md(b, from), b->g->engine, nn_graph_md(b, to), b->g->engine, b->plain);
    if (s != dnnl_success)
        return s;
    nn_graph_op *op = nn_graph_add_op(b, layer);
    nn_graph_add_arg(op, DNNL_ARG_FROM, from);
    nn_graph_add_arg(op, DNNL_ARG_TO, to);
    s = nn_graph_finish_op(b, op, pd);
    dnnl_primitive_desc_destroy(pd);
    return s;
}

/* ---- the others: one result, in the order that oneDNN likes, of sources as they are ---- */

static dnnl_status_t add_simple(nn_graph_builder *b, const nn_fused_step *s,
                                dnnl_primitive_desc_t pd)
{
    const int n = s->layer.ninputs;
    int result;
    const dnnl_status_t status =
        nn_graph_add_value(b, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), &result);
    if (status != dnnl_success)
        return status;
    nn_graph_op *op = nn_graph_add_op(b, s->layer.name);
    for (int i = 0; i < n; i++)
        nn_graph_add_arg(op, n == 1 ? DNNL_ARG_SRC : DNNL_ARG_MULTIPLE_SRC + i,
                         b->value[s->layer.inputs[i]]);
    nn_graph_add_arg(op, DNNL_ARG_DST, result);
    b->value[s->output] = result;
    return nn_graph_finish_op(b, op, pd);
}

static dnnl_status_t describe_pool(nn_graph_builder *b, const nn_fused_step *s,
                                   dnnl_primitive_desc_t *pd)
{
    const nn_layer *l = &s->layer;
    const dnnl_dims_t strides = {l->stride[0], l->stride[1]}, kernel = {l->kernel[0], l->kernel[1]},
                      before = {l->pad[0], l->pad[2]}, after = {l->pad[1], l->pad[3]};
    onednn_md result;
    dnnl_status_t status = nn_graph_any_order(b, l, &result);
    if (status != dnnl_success)
        return status;
    status = onednn_pooling(
        pd, b->g->engine, l->op == NN_MAXPOOL ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
        nn_graph_md(b, b->value[l->inputs[0]]), result, strides, kernel, before, after, b->plain);
    onednn_md_free(result);
    return status;
}

static dnnl_status_t describe_activation(nn_graph_builder *b, const nn_fused_step *s,
                                         dnnl_primitive_desc_t *pd)
{
    const bool relu = s->layer.op == NN_RELU;
    return onednn_eltwise(pd, b->g->engine, relu ? dnnl_eltwise_relu : dnnl_eltwise_clip,
                          nn_graph_md(b, b->value[s->layer.inputs[0]]), 0, relu ? 0 : 6, b->plain);
}

static dnnl_status_t describe_many(nn_graph_builder *b, const nn_fused_step *s,
                                   dnnl_primitive_desc_t *pd)
{
    const nn_layer *l = &s->layer;
    const float scales[] = {1, l->op == NN_SCALED_ADD ? (float)l->scale : 1};
    onednn_const_md sources[NN_MAX_INPUTS];
    for (int i = 0; i < l->ninputs; i++)
        sources[i] = nn_graph_md(b, b->value[l->inputs[i]]);
    return l->op == NN_CONCAT ? onednn_concat(pd, b->g->engine, l->ninputs, 1, sources, b->plain)
                              : onednn_sum(pd, b->g->engine, l->ninputs, scales, sources, b->plain);
}

/* An activation of a value that stays in place. */
static dnnl_status_t activate_in_place(nn_graph_builder *b, const nn_fused_step *s)
{
    nn_fused_step act = *s;
    dnnl_primitive_desc_t pd;
    act.layer.op = s->act == NN_ACT_RELU ? NN_RELU : NN_RELU6;
    act.layer.inputs[0] = s->output;
    dnnl_status_t status = describe_activation(b, &act, &pd);
    if (status != dnnl_success)
        return status;
    nn_graph_op *op = nn_graph_add_op(b, s->layer.name);
    nn_graph_add_arg(op, DNNL_ARG_SRC, b->value[s->output]);
    nn_graph_add_arg(op, DNNL_ARG_DST, b->value[s->output]);
    status = nn_graph_finish_op(b, op, pd);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

static dnnl_status_t add_other(nn_graph_builder *b, const nn_fused_step *s)
{
    const nn_op op = s->layer.op;
    const bool is_activation = op == NN_RELU || op == NN_RELU6;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = op == NN_MAXPOOL || op == NN_AVGPOOL ? describe_pool(b, s, &pd)
                           : is_activation                      ? describe_activation(b, s, &pd)
                                                                : describe_many(b, s, &pd);
    if (status == dnnl_success)
        status = add_simple(b, s, pd);
    if (status == dnnl_success && !is_activation && s->act != NN_ACT_NONE)
        status = activate_in_place(b, s);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

/* ---- the whole ---- */

static dnnl_status_t add_input(nn_graph_builder *b, const nn_fused_step *s)
{
    onednn_md md;
    dnnl_status_t status = nn_graph_in_order(b, &s->layer, dnnl_f32, dnnl_nchw, &md);
    if (status != dnnl_success)
        return status;
    status = nn_graph_add_value(b, md, &b->g->input);
    b->value[s->output] = b->g->input;
    onednn_md_free(md);
    return status;
}

static dnnl_status_t add_output(nn_graph_builder *b, int output)
{
    onednn_md md;
    dnnl_status_t status = nn_graph_in_order(b, &b->n->layers[output], dnnl_f32, dnnl_nhwc, &md);
    if (status != dnnl_success)
        return status;
    status = nn_graph_add_value(b, md, &b->g->output);
    onednn_md_free(md);
    return status == dnnl_success
               ? nn_graph_add_reorder(b, "output", b->value[output], b->g->output)
               : status;
}

static dnnl_status_t add_step(nn_graph_builder *b, const nn_fused_step *s)
{
    const nn_op op = s->layer.op;
    const dnnl_status_t status = op == NN_INPUT ? add_input(b, s)
                                 : op == NN_CONV || op == NN_DEPTHWISE
                                     ? nn_graph_add_convolution(b, s)
                                     : add_other(b, s);
    if (status != dnnl_success)
        return status;
    int reads[NN_MAX_INPUTS + 1];
    for (int k = nn_fused_step_inputs(s, reads) - 1; k >= 0; k--)
        let_go(b, reads[k]);
    return status;
}

/* The order of a layer's values. A descriptor does not tell, so each one is tried. */
static dnnl_status_t find_order(const nn_graph_builder *b, const nn_layer *l, onednn_const_md md,
                                dnnl_format_tag_t *order)
{
    static const dnnl_format_tag_t orders[] = {dnnl_nChw16c, dnnl_nChw8c, dnnl_nhwc, dnnl_nchw};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        onednn_md tried;
        const dnnl_status_t s = nn_graph_in_order(b, l, b->type, orders[i], &tried);
        if (s != dnnl_success)
            return s;
        const bool found = dnnl_memory_desc_equal(tried, md);
        onednn_md_free(tried);
        *order = orders[i];
        if (found)
            return dnnl_success;
    }
    return dnnl_unimplemented;
}

/* From here on the whole batch at once: what its parts have made lies side by side, as the images
 * are the outermost dimension in all orders. */
static dnnl_status_t join_parts(nn_graph_builder *b, const nn_fused_step *s)
{
    nn_graph *g = b->g;
    const nn_layer *l = &b->n->layers[s->output];
    const int part = b->value[s->output];
    dnnl_format_tag_t order;
    onednn_md whole;
    dnnl_status_t status = find_order(b, l, nn_graph_md(b, part), &order);
    b->batch = g->batch;
    if (status == dnnl_success)
        status = nn_graph_in_order(b, l, b->type, order, &whole);
    if (status != dnnl_success)
        return status;
    b->busy[g->memories[part].buffer] = false;
    g->memories[part].buffer = b->joined;
    g->buffers[b->joined] = dnnl_memory_desc_get_size(whole);
    g->joint = part;
    g->nparted = g->nops;
    status = nn_graph_add_memory(b, whole, b->joined, &b->value[s->output]);
    onednn_md_free(whole);
    return status;
}

static int start(nn_graph_builder *b, hl_err *e)
{
    nn_graph *g = b->g;
    dnnl_status_t s = dnnl_engine_create(&g->engine, dnnl_cpu, 0);
    if (s == dnnl_success)
        s = dnnl_stream_create(&b->stream, g->engine, dnnl_stream_default_flags);
    if (s == dnnl_success)
        s = dnnl_primitive_attr_create(&b->plain);
    if (s == dnnl_success)
        s = dnnl_primitive_attr_set_scratchpad_mode(b->plain, dnnl_scratchpad_mode_user);
    b->scratch = take_buffer(b, 0);
    b->joined = take_buffer(b, 0);
    return s == dnnl_success ? 0 : nn_graph_error(e, "set-up", s);
}

static int add_steps(nn_graph_builder *b, int output, hl_err *e)
{
    for (int i = 0; i < b->p->nsteps; i++) {
        dnnl_status_t s = add_step(b, &b->p->steps[i]);
        if (s == dnnl_success && i == b->waist)
            s = join_parts(b, &b->p->steps[i]);
        if (s != dnnl_success)
            return nn_graph_error(e, b->n->layers[b->p->steps[i].number].name, s);
    }
    const dnnl_status_t s = add_output(b, output);
    return s == dnnl_success ? 0 : nn_graph_error(e, "output", s);
}

/* Where the maps have become small, if a batch is to be joined there: its value must have a buffer
 * to itself. */
static int find_waist(const nn_fusion_plan *p, const nn_net *n, int64_t batch)
{
    enum { SMALL = 8 }; /* times lower than the images */
    const int waist = nn_fusion_plan_bottleneck(p, n, n->layers[0].height / SMALL);
    return batch > 1 && waist >= 0 && p->steps[waist].added < 0 ? waist : -1;
}

int nn_graph_build(nn_graph *g, const nn_fusion_plan *p, const nn_net *n, const nn_weights *w,
                   int output, int64_t batch, bool bf16, int threads, hl_err *e)
{
    const size_t count = (size_t)n->n;
    const int waist = find_waist(p, n, batch);
    *g = (nn_graph){.batch = batch, .part = waist < 0 ? batch : 1, .joint = -1};
    nn_graph_builder b = {.g = g,
                          .p = p,
                          .n = n,
                          .w = w,
                          .batch = g->part,
                          .waist = waist,
                          .type = bf16 ? dnnl_bf16 : dnnl_f32,
                          .has_avx512 = has_vectors(dnnl_cpu_isa_avx512_core),
                          .threads = threads,
                          .value = hl_malloc(count, sizeof *b.value),
                          .left = hl_malloc(count, sizeof *b.left)};
    memcpy(b.left, p->uses, count * sizeof *b.left);
    const int status = start(&b, e) || add_steps(&b, output, e) ? -1 : 0;
    dnnl_primitive_attr_destroy(b.plain);
    dnnl_stream_destroy(b.stream);
    free(b.value);
    free(b.left);
    free(b.busy);
    if (status)
        nn_graph_free(g);
    return status;
}

void nn_graph_free(nn_graph *g)
{
    for (size_t i = 0; i < g->nops; i++)
        dnnl_primitive_destroy(g->ops[i].primitive);
    for (size_t i = 0; i < g->nmemories; i++) {
        onednn_md_free(g->memories[i].md);
        free(g->memories[i].constant);
    }
    free(g->ops);
    free(g->memories);
    free(g->buffers);
    dnnl_engine_destroy(g->engine);
    *g = (nn_graph){0};
}

#endif

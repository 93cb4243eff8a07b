/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

#include "nn/infer/onednn_graph_builder.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int nn_graph_error(hl_err *e, const char *where, dnnl_status_t status)
{
    return hl_fail(e, "%s: oneDNN: %s", where,
                   status == dnnl_out_of_memory ? "out of memory" : "a call failed");
}

/* ONEDNN_MAX_CPU_ISA restricts the instruction set. On CPUs other than x86, oneDNN claims to have
 * every set, and would use its slow reference kernels. */
static bool has_isa(dnnl_cpu_isa_t wanted)
{
#ifdef __x86_64__
    return (dnnl_get_effective_cpu_isa() & wanted) == wanted;
#else
    (void)wanted;
    return false;
#endif
}

bool nn_graph_has_avx512(void)
{
    return has_isa(dnnl_cpu_isa_avx512_core);
}

bool nn_graph_has_amx(void)
{
    return has_isa(dnnl_cpu_isa_avx512_core_amx);
}

bool nn_graph_is_fast_here(bool bf16)
{
    return bf16 ? nn_graph_has_avx512() : has_isa(dnnl_cpu_isa_avx2);
}

bool nn_graph_can_do(const nn_fusion_plan *p)
{
    for (int i = 0; i < p->nsteps; i++)
        if (p->steps[i].layer.op == NN_BATCHNORM || p->steps[i].layer.op == NN_ZEROPAD)
            return false;
    return true;
}

/* ---- layers other than convolutions: oneDNN chooses the layout of the result ---- */

static dnnl_status_t add_op(nn_graph_builder *b, const nn_fused_step *s, dnnl_primitive_desc_t pd)
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
    dnnl_status_t status = nn_graph_any_layout(b, l, &result);
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

static dnnl_status_t describe_combination(nn_graph_builder *b, const nn_fused_step *s,
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

/* Applies an activation in place. */
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
                                                                : describe_combination(b, s, &pd);
    if (status == dnnl_success)
        status = add_op(b, s, pd);
    if (status == dnnl_success && !is_activation && s->act != NN_ACT_NONE)
        status = activate_in_place(b, s);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

/* ---- the graph ---- */

static dnnl_status_t add_input(nn_graph_builder *b, const nn_fused_step *s)
{
    onednn_md md;
    dnnl_status_t status = nn_graph_in_layout(b, &s->layer, dnnl_f32, dnnl_nchw, &md);
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
    dnnl_status_t status = nn_graph_in_layout(b, &b->n->layers[output], dnnl_f32, dnnl_nhwc, &md);
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
        nn_graph_release(b, reads[k]);
    return status;
}

/* Finds the memory layout of a layer's values. A descriptor does not state it, so each is tried. */
static dnnl_status_t find_layout(const nn_graph_builder *b, const nn_layer *l, onednn_const_md md,
                                 dnnl_format_tag_t *layout)
{
    static const dnnl_format_tag_t layouts[] = {dnnl_nChw16c, dnnl_nChw8c, dnnl_nhwc, dnnl_nchw};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        onednn_md tried;
        const dnnl_status_t s = nn_graph_in_layout(b, l, b->type, layouts[i], &tried);
        if (s != dnnl_success)
            return s;
        const bool found = dnnl_memory_desc_equal(tried, md);
        onednn_md_free(tried);
        *layout = layouts[i];
        if (found)
            return dnnl_success;
    }
    return dnnl_unimplemented;
}

/* Ends the first stage. Images are the outermost dimension in all layouts, so the results of its
 * runs lie next to each other in the buffer of the batch. */
static dnnl_status_t start_stage2(nn_graph_builder *b, const nn_fused_step *s)
{
    nn_graph *g = b->g;
    const nn_layer *l = &b->n->layers[s->output];
    const int value = b->value[s->output];
    dnnl_format_tag_t layout;
    onednn_md batch_md;
    dnnl_status_t status = find_layout(b, l, nn_graph_md(b, value), &layout);
    b->batch = g->batch;
    if (status == dnnl_success)
        status = nn_graph_in_layout(b, l, b->type, layout, &batch_md);
    if (status != dnnl_success)
        return status;
    b->busy[g->memories[value].buffer] = false;
    g->memories[value].buffer = b->stage1_results;
    g->buffers[b->stage1_results] = dnnl_memory_desc_get_size(batch_md);
    g->stage1_output = value;
    g->stage1_ops = g->nops;
    status = nn_graph_add_memory(b, batch_md, b->stage1_results, &b->value[s->output]);
    onednn_md_free(batch_md);
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
    b->scratch = nn_graph_take_buffer(b, 0);
    b->stage1_results = nn_graph_take_buffer(b, 0);
    return s == dnnl_success ? 0 : nn_graph_error(e, "set-up", s);
}

static int add_steps(nn_graph_builder *b, int output, hl_err *e)
{
    for (int i = 0; i < b->p->nsteps; i++) {
        dnnl_status_t s = add_step(b, &b->p->steps[i]);
        if (s == dnnl_success && i == b->bottleneck)
            s = start_stage2(b, &b->p->steps[i]);
        if (s != dnnl_success)
            return nn_graph_error(e, b->n->layers[b->p->steps[i].number].name, s);
    }
    const dnnl_status_t s = add_output(b, output);
    return s == dnnl_success ? 0 : nn_graph_error(e, "output", s);
}

/* The step after which the second stage begins, where the maps have become small. Its value must
 * have a buffer to itself. */
static int find_bottleneck(const nn_fusion_plan *p, const nn_net *n, int64_t batch)
{
    enum { SMALL = 8 }; /* maps of at most 1/8 of the image's height */
    const int bottleneck = nn_fusion_plan_bottleneck(p, n, n->layers[0].height / SMALL);
    return batch > 1 && bottleneck >= 0 && p->steps[bottleneck].added < 0 ? bottleneck : -1;
}

int nn_graph_build(nn_graph *g, const nn_fusion_plan *p, const nn_net *n, const nn_weights *w,
                   int output, int64_t batch, bool bf16, int threads, hl_err *e)
{
    const size_t count = (size_t)n->n;
    const int bottleneck = find_bottleneck(p, n, batch);
    *g =
        (nn_graph){.batch = batch, .stage1_batch = bottleneck < 0 ? batch : 1, .stage1_output = -1};
    nn_graph_builder b = {.g = g,
                          .p = p,
                          .n = n,
                          .w = w,
                          .batch = g->stage1_batch,
                          .bottleneck = bottleneck,
                          .type = bf16 ? dnnl_bf16 : dnnl_f32,
                          .has_avx512 = nn_graph_has_avx512(),
                          .threads = threads,
                          .value = hl_malloc(count, sizeof *b.value),
                          .remaining_uses = hl_malloc(count, sizeof *b.remaining_uses)};
    memcpy(b.remaining_uses, p->uses, count * sizeof *b.remaining_uses);
    const int status = start(&b, e) || add_steps(&b, output, e) ? -1 : 0;
    dnnl_primitive_attr_destroy(b.plain);
    dnnl_stream_destroy(b.stream);
    free(b.value);
    free(b.remaining_uses);
    free(b.busy);
    if (status)
        nn_graph_free(g);
    return status;
}

void nn_graph_free(nn_graph *g)
{
    for (size_t i = 0; i < g->nops; i++) {
        dnnl_primitive_destroy(g->ops[i].primitive);
        nn_winograd_free(g->ops[i].winograd);
    }
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

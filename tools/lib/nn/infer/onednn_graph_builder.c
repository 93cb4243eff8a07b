/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

#include "nn/infer/onednn_graph_builder.h"

#include "base/mem.h"

#include <stdio.h>

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

/* Best fit: the smallest free buffer that is large enough, else the largest free one, which grows.
 */
int nn_graph_take_buffer(nn_graph_builder *b, size_t bytes)
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
    return nn_graph_add_memory(b, md, nn_graph_take_buffer(b, dnnl_memory_desc_get_size(md)),
                               memory);
}

dnnl_status_t nn_graph_add_scratch(nn_graph_builder *b, onednn_const_md md, int *memory)
{
    const size_t bytes = dnnl_memory_desc_get_size(md);
    if (bytes > b->g->buffers[b->scratch])
        b->g->buffers[b->scratch] = bytes;
    return nn_graph_add_memory(b, md, b->scratch, memory);
}

void nn_graph_release(nn_graph_builder *b, int layer)
{
    if (--b->remaining_uses[layer] == 0)
        b->busy[b->g->memories[b->value[layer]].buffer] = false;
}

onednn_const_md nn_graph_md(const nn_graph_builder *b, int memory)
{
    return b->g->memories[memory].md;
}

dnnl_status_t nn_graph_in_layout(const nn_graph_builder *b, const nn_layer *l,
                                 dnnl_data_type_t type, dnnl_format_tag_t layout, onednn_md *md)
{
    const dnnl_dims_t dims = {b->batch, l->channels, l->height, l->width};
    return onednn_md_new(md, 4, dims, type, layout);
}

dnnl_status_t nn_graph_any_layout(const nn_graph_builder *b, const nn_layer *l, onednn_md *md)
{
    return nn_graph_in_layout(b, l, b->type, dnnl_format_tag_any, md);
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

/* oneDNN compiles the kernel here, and crashes if memory for it runs out. */
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
    if (md && dnnl_memory_desc_get_size(md)) {
        int memory;
        const dnnl_status_t s = nn_graph_add_scratch(b, md, &memory);
        if (s != dnnl_success)
            return s;
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

dnnl_status_t nn_graph_source_for(nn_graph_builder *b, const char *name, int memory,
                                  onednn_const_md wanted, int *result, int *own_buffer)
{
    *result = memory;
    *own_buffer = -1;
    if (dnnl_memory_desc_equal(nn_graph_md(b, memory), wanted))
        return dnnl_success;
    const dnnl_status_t status = nn_graph_add_value(b, wanted, result);
    if (status != dnnl_success)
        return status;
    *own_buffer = b->g->memories[*result].buffer;
    return nn_graph_add_reorder(b, name, memory, *result);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

#include "nn/infer/onednn_backend.h"

#include "base/mem.h"
#include "nn/infer/onednn_graph.h"
#include "shim/held_signals.h"

#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs one batch at a time, on the thread that acquired it. */
typedef struct worker {
    void **buffers;          /* [graph.nbuffers] */
    dnnl_memory_t *memories; /* [graph.nmemories] */
    dnnl_stream_t stream;
    bool busy;
} worker;

struct nn_onednn {
    nn_graph graph;
    size_t height, width; /* of the images */
    size_t values;        /* of the output, per image */
    worker *workers;
    size_t nworkers;
    pthread_mutex_t lock;
    pthread_cond_t freed;
};

const char *nn_onednn_version(void)
{
    static char text[32];
    const dnnl_version_t *v = dnnl_version();
    snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
    return text;
}

const char *nn_onednn_isa(void)
{
    return nn_graph_has_avx512() ? "AVX-512" : nn_graph_is_fast_here(false) ? "AVX2" : "none";
}

bool nn_onednn_suits(const nn_net *n, int output, bool bf16)
{
    nn_fusion_plan plan;
    nn_fusion_plan_new(&plan, n, &output, 1);
    const bool suits = nn_graph_is_fast_here(bf16) && nn_graph_can_do(&plan);
    nn_fusion_plan_free(&plan);
    return suits;
}

/* ---- workers ---- */

static int worker_new(worker *w, const nn_graph *g, hl_err *e)
{
    w->buffers = hl_calloc(g->nbuffers, sizeof *w->buffers);
    w->memories = hl_calloc(g->nmemories, sizeof *w->memories);
    for (size_t i = 0; i < g->nbuffers; i++)
        w->buffers[i] = hl_aligned(g->buffers[i], 1);
    dnnl_status_t s = dnnl_stream_create(&w->stream, g->engine, dnnl_stream_default_flags);
    for (size_t i = 0; i < g->nmemories && s == dnnl_success; i++) {
        const nn_graph_memory *m = &g->memories[i];
        s = dnnl_memory_create(&w->memories[i], m->md, g->engine,
                               m->buffer < 0 ? m->constant : w->buffers[m->buffer]);
    }
    return s == dnnl_success ? 0 : nn_graph_error(e, "memory", s);
}

static void worker_free(worker *w, const nn_graph *g)
{
    for (size_t i = 0; w->memories && i < g->nmemories; i++)
        dnnl_memory_destroy(w->memories[i]);
    for (size_t i = 0; w->buffers && i < g->nbuffers; i++)
        free(w->buffers[i]);
    dnnl_stream_destroy(w->stream);
    free(w->memories);
    free(w->buffers);
}

static worker *acquire_worker(nn_onednn *b)
{
    worker *found = NULL;
    pthread_mutex_lock(&b->lock);
    while (!found) {
        for (size_t i = 0; i < b->nworkers && !found; i++)
            found = b->workers[i].busy ? NULL : &b->workers[i];
        if (!found)
            pthread_cond_wait(&b->freed, &b->lock);
    }
    found->busy = true;
    pthread_mutex_unlock(&b->lock);
    return found;
}

static void release_worker(nn_onednn *b, worker *w)
{
    pthread_mutex_lock(&b->lock);
    w->busy = false;
    pthread_cond_signal(&b->freed);
    pthread_mutex_unlock(&b->lock);
}

/* ---- loading ---- */

/* Primitives are built for the number of threads that run them: one. */
static int build(nn_onednn *b, const nn_net *n, const nn_weights *w, int output,
                 const nn_onednn_options *o, hl_err *e)
{
    nn_fusion_plan plan;
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    nn_fusion_plan_new(&plan, n, &output, 1);
    int status =
        nn_graph_build(&b->graph, &plan, n, w, output, (int64_t)o->batch, o->bf16, threads, e);
    nn_fusion_plan_free(&plan);
    omp_set_num_threads(threads);
    b->workers = hl_calloc(o->workers, sizeof *b->workers);
    while (status == 0 && b->nworkers < o->workers)
        status = worker_new(&b->workers[b->nworkers++], &b->graph, e);
    return status;
}

int nn_onednn_new(nn_onednn **result, const nn_net *n, const nn_weights *w, int output,
                  const nn_onednn_options *o, hl_err *e)
{
    const nn_layer *out = &n->layers[output];
    nn_onednn *b = hl_calloc(1, sizeof *b);
    b->height = (size_t)n->layers[0].height;
    b->width = (size_t)n->layers[0].width;
    b->values = (size_t)(out->height * out->width * out->channels);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->freed, NULL);
    const int status = build(b, n, w, output, o, e);
    if (status)
        nn_onednn_free(b);
    else
        *result = b;
    return status;
}

void nn_onednn_free(nn_onednn *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->nworkers; i++)
        worker_free(&b->workers[i], &b->graph);
    free(b->workers);
    nn_graph_free(&b->graph);
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->freed);
    free(b);
}

size_t nn_onednn_workers(const nn_onednn *b)
{
    return b->nworkers;
}

/* ---- running ---- */

/* Scales pixels and separates the channels; planes: [n, 3, height, width]. */
static void scale_pixels(const nn_onednn *b, const uint8_t *images, size_t n, int channels,
                         const nn_normalize *scaling, float *planes)
{
    const size_t area = b->height * b->width;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++) {
            const float *table = scaling->table[c];
            const uint8_t *from =
                images + i * area * (size_t)channels + (channels == 1 ? 0 : scaling->source[c]);
            float *to = planes + (i * 3 + c) * area;
            for (size_t p = 0; p < area; p++)
                to[p] = table[from[p * (size_t)channels]];
        }
}

static dnnl_status_t run_primitive(const nn_graph_op *op, const worker *w)
{
    dnnl_exec_arg_t args[NN_GRAPH_MAX_ARGS];
    for (int k = 0; k < op->nargs; k++)
        args[k] = (dnnl_exec_arg_t){op->kind[k], w->memories[op->memory[k]]};
    return dnnl_primitive_execute(op->primitive, w->stream, op->nargs, args);
}

static dnnl_status_t run_winograd(const nn_graph_op *op, const worker *w)
{
    void *data[3] = {NULL}; /* source, result, workspace */
    dnnl_status_t s = dnnl_success;
    for (int k = 0; k < 3 && s == dnnl_success; k++)
        s = dnnl_memory_get_data_handle(w->memories[op->memory[k]], &data[k]);
    if (s == dnnl_success)
        nn_winograd_run(op->winograd, data[0], op->images, data[1], data[2]);
    return s;
}

static int run_ops(const nn_graph *g, const worker *w, size_t from, size_t to, hl_err *e)
{
    int status = 0;
    sigset_t before;
    hold_signals(&before);
    for (size_t i = from; i < to && status == 0; i++) {
        const nn_graph_op *op = &g->ops[i];
        const dnnl_status_t s = op->winograd ? run_winograd(op, w) : run_primitive(op, w);
        if (s != dnnl_success)
            status = nn_graph_error(e, op->layer, s);
    }
    release_signals(&before);
    return status;
}

static void *buffer_of(const nn_graph *g, const worker *w, int memory)
{
    return w->buffers[g->memories[memory].buffer];
}

/* Address of the result of one run of the first stage, in the buffer of the batch. */
static char *stage1_result(const nn_graph *g, const worker *w, size_t number)
{
    const size_t bytes = dnnl_memory_desc_get_size(g->memories[g->stage1_output].md);
    return (char *)buffer_of(g, w, g->stage1_output) + number * bytes;
}

/* Runs the first stage, if there is one. */
static int run_stage1(const nn_graph *g, const worker *w, size_t number, hl_err *e)
{
    if (g->stage1_output < 0)
        return 0;
    const dnnl_status_t s =
        dnnl_memory_set_data_handle(w->memories[g->stage1_output], stage1_result(g, w, number));
    return s == dnnl_success ? run_ops(g, w, 0, g->stage1_ops, e)
                             : nn_graph_error(e, "first stage", s);
}

/* Runs a batch of at most g->batch images. The unused part of the batch is zeroed, not left with
 * whatever values were there. */
static int run_batch(const nn_onednn *b, const worker *w, const uint8_t *images, size_t n,
                     int channels, const nn_normalize *scaling, float *map, hl_err *e)
{
    const nn_graph *g = &b->graph;
    const size_t area = b->height * b->width, step = (size_t)g->stage1_batch;
    float *planes = buffer_of(g, w, g->input);
    for (size_t i = 0; i < n; i += step) {
        const size_t rows = n - i < step ? n - i : step;
        scale_pixels(b, images + i * area * (size_t)channels, rows, channels, scaling, planes);
        memset(planes + rows * 3 * area, 0, (step - rows) * 3 * area * sizeof *planes);
        if (run_stage1(g, w, i / step, e))
            return -1;
    }
    if (g->stage1_output >= 0) {
        char *end = stage1_result(g, w, (size_t)g->batch / step),
             *unused = stage1_result(g, w, n / step);
        memset(unused, 0, (size_t)(end - unused));
    }
    if (run_ops(g, w, g->stage1_ops, g->nops, e))
        return -1;
    memcpy(map, buffer_of(g, w, g->output), n * b->values * sizeof *map);
    return 0;
}

int nn_onednn_forward(nn_onednn *b, const uint8_t *images, size_t n, int channels,
                      const nn_normalize *scaling, float *map, hl_err *e)
{
    const size_t image = b->height * b->width * (size_t)channels, batch = (size_t)b->graph.batch;
    const int threads = omp_get_max_threads();
    worker *w = acquire_worker(b);
    omp_set_num_threads(1);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += batch)
        status = run_batch(b, w, images + i * image, n - i < batch ? n - i : batch, channels,
                           scaling, map + i * b->values, e);
    omp_set_num_threads(threads);
    release_worker(b, w);
    return status;
}

#endif

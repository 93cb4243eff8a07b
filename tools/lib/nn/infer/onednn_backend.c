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

/* Runs one batch at a time, on the thread that took it. */
typedef struct worker {
    void **buffers;          /* [graph.nbuffers] */
    dnnl_memory_t *memories; /* [graph.nmemories] */
    dnnl_stream_t stream;
    bool busy;
} worker;

struct nn_onednn {
    nn_graph graph;
    size_t height, width; /* of the images */
    size_t values;        /* of the output, an image */
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

static worker *take_worker(nn_onednn *g)
{
    worker *found = NULL;
    pthread_mutex_lock(&g->lock);
    while (!found) {
        for (size_t i = 0; i < g->nworkers && !found; i++)
            found = g->workers[i].busy ? NULL : &g->workers[i];
        if (!found)
            pthread_cond_wait(&g->freed, &g->lock);
    }
    found->busy = true;
    pthread_mutex_unlock(&g->lock);
    return found;
}

static void give_back(nn_onednn *g, worker *w)
{
    pthread_mutex_lock(&g->lock);
    w->busy = false;
    pthread_cond_signal(&g->freed);
    pthread_mutex_unlock(&g->lock);
}

/* ---- making ---- */

/* Primitives are made for the number of threads that run them: one. */
static int build(nn_onednn *g, const nn_net *n, const nn_weights *w, int output,
                 const nn_onednn_options *o, hl_err *e)
{
    nn_fusion_plan plan;
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    nn_fusion_plan_new(&plan, n, &output, 1);
    int status =
        nn_graph_build(&g->graph, &plan, n, w, output, (int64_t)o->batch, o->bf16, threads, e);
    nn_fusion_plan_free(&plan);
    omp_set_num_threads(threads);
    g->workers = hl_calloc(o->workers, sizeof *g->workers);
    while (status == 0 && g->nworkers < o->workers)
        status = worker_new(&g->workers[g->nworkers++], &g->graph, e);
    return status;
}

int nn_onednn_new(nn_onednn **result, const nn_net *n, const nn_weights *w, int output,
                  const nn_onednn_options *o, hl_err *e)
{
    const nn_layer *out = &n->layers[output];
    nn_onednn *g = hl_calloc(1, sizeof *g);
    g->height = (size_t)n->layers[0].height;
    g->width = (size_t)n->layers[0].width;
    g->values = (size_t)(out->height * out->width * out->channels);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->freed, NULL);
    const int status = build(g, n, w, output, o, e);
    if (status)
        nn_onednn_free(g);
    else
        *result = g;
    return status;
}

void nn_onednn_free(nn_onednn *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->nworkers; i++)
        worker_free(&g->workers[i], &g->graph);
    free(g->workers);
    nn_graph_free(&g->graph);
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->freed);
    free(g);
}

size_t nn_onednn_workers(const nn_onednn *g)
{
    return g->nworkers;
}

/* ---- running ---- */

/* Bytes to planes of scaled values. */
static void scale_pixels(const nn_onednn *g, const uint8_t *images, size_t n, int channels,
                         const nn_normalize *scaling, float *planes)
{
    const size_t area = g->height * g->width;
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

static int run_ops(const nn_graph *g, const worker *w, size_t from, size_t to, hl_err *e)
{
    int status = 0;
    sigset_t before;
    hold_signals(&before);
    for (size_t i = from; i < to && status == 0; i++) {
        const nn_graph_op *op = &g->ops[i];
        dnnl_exec_arg_t args[NN_GRAPH_MAX_ARGS];
        for (int k = 0; k < op->nargs; k++)
            args[k] = (dnnl_exec_arg_t){op->kind[k], w->memories[op->memory[k]]};
        const dnnl_status_t s = dnnl_primitive_execute(op->primitive, w->stream, op->nargs, args);
        if (s != dnnl_success)
            status = nn_graph_error(e, op->layer, s);
    }
    release_signals(&before);
    return status;
}

static void *place(const nn_graph *g, const worker *w, int memory)
{
    return w->buffers[g->memories[memory].buffer];
}

/* Where the result of a part goes, among those of the batch. */
static char *place_of_part(const nn_graph *g, const worker *w, size_t number)
{
    const size_t bytes = dnnl_memory_desc_get_size(g->memories[g->joint].md);
    return (char *)place(g, w, g->joint) + number * bytes;
}

/* What takes a part at a time. */
static int run_part(const nn_graph *g, const worker *w, size_t number, hl_err *e)
{
    if (g->joint < 0)
        return 0;
    const dnnl_status_t s =
        dnnl_memory_set_data_handle(w->memories[g->joint], place_of_part(g, w, number));
    return s == dnnl_success ? run_ops(g, w, 0, g->nparted, e) : nn_graph_error(e, "a part", s);
}

/* One batch, or less, to its map: what is left of it must not be what happens to lie there. */
static int run_batch(const nn_onednn *o, const worker *w, const uint8_t *images, size_t n,
                     int channels, const nn_normalize *scaling, float *map, hl_err *e)
{
    const nn_graph *g = &o->graph;
    const size_t area = o->height * o->width, part = (size_t)g->part;
    float *planes = place(g, w, g->input);
    for (size_t i = 0; i < n; i += part) {
        const size_t rows = n - i < part ? n - i : part;
        scale_pixels(o, images + i * area * (size_t)channels, rows, channels, scaling, planes);
        memset(planes + rows * 3 * area, 0, (part - rows) * 3 * area * sizeof *planes);
        if (run_part(g, w, i / part, e))
            return -1;
    }
    if (g->joint >= 0) {
        char *end = place_of_part(g, w, (size_t)g->batch / part),
             *left = place_of_part(g, w, n / part);
        memset(left, 0, (size_t)(end - left));
    }
    if (run_ops(g, w, g->nparted, g->nops, e))
        return -1;
    memcpy(map, place(g, w, g->output), n * o->values * sizeof *map);
    return 0;
}

int nn_onednn_forward(nn_onednn *g, const uint8_t *images, size_t n, int channels,
                      const nn_normalize *scaling, float *map, hl_err *e)
{
    const size_t image = g->height * g->width * (size_t)channels, batch = (size_t)g->graph.batch;
    const int threads = omp_get_max_threads();
    worker *w = take_worker(g);
    omp_set_num_threads(1);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += batch)
        status = run_batch(g, w, images + i * image, n - i < batch ? n - i : batch, channels,
                           scaling, map + i * g->values, e);
    omp_set_num_threads(threads);
    give_back(g, w);
    return status;
}

#endif

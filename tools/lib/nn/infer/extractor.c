/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/extractor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "nn/arch/net.h"
#include "nn/infer/onednn_backend.h"
#include "nn/infer/preprocess_input.h"
#include "nn/infer/torch_backend.h"
#include "nn/weights/weights.h"
#include "sys/file_digest.h"
#include "sys/input.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nn_extractor {
    nn_torch *run; /* or instead of it: */
    nn_onednn *fast;
    ts_module *module;
    const char *own_normalize; /* NULL for a module */
    nn_normalize normalize;
    nn_pool pool;
    bool is_pooled; /* the module gives vectors already */
    ts_device device;
    int64_t height, width; /* of the images */
    size_t features;
    int64_t map[3]; /* height, width, channels before pooling; 0 where there are no maps */
    int threads;    /* of one operation of libtorch, on whatever thread it is called */
    /* Who runs with others holds it for reading, who must be alone for writing. */
    pthread_rwlock_t together;
    atomic_bool alone;    /* memory is too short for several batches at once */
    size_t batch;         /* largest that is tried; changed by who is alone */
    pthread_mutex_t lock; /* of what follows */
    int running;          /* calls */
    double since;         /* when there was none before */
    double busy; /* seconds of oneDNN's workers, added up; with libtorch in which any ran */
};

/* Images that a worker of oneDNN's takes: several where that lets it read kernels less often, which
 * is behind the layers that have large maps; of InceptionResNetV2, whose branches need more of the
 * caches, fewer (measured: docs/PERFORMANCE.md). Of few images there are to be batches enough for
 * all workers, and yet their number does not count, as the last digits go by the batch. */
static size_t choose_worker_batch(const nn_extractor *x, const nn_net *n, size_t images)
{
    enum { BATCH = 8, BRANCHED_BATCH = 4, SMALL = 8, FEW = 16 };
    if (SMALL * x->map[0] > x->height)
        return 1;
    size_t batch = strcmp(n->name, "inceptionresnetv2") == 0 ? BRANCHED_BATCH : BATCH;
    while (images && batch > 1 && images < FEW * batch)
        batch /= 2;
    return batch;
}

/* On a GPU some batches are copied there and back while others are computed, each in a queue of its
 * own; on the CPU one is read while another runs. */
enum { GPU_WORKERS = 3, CPU_WORKERS = 2 };

/* Images that libtorch takes: on a GPU as many as its free memory holds. Kernels' scratch space is
 * guessed at twice the activations; a wrong guess is corrected when the device runs out of memory.
 */
static size_t choose_torch_batch(const nn_extractor *x)
{
    enum { CPU_BATCH = 16, GPU_BATCH = 128, SCRATCH = 3 * GPU_WORKERS };
    uint64_t available;
    if (x->device == TS_CPU)
        return CPU_BATCH;
    if (!x->run || ts_free_memory(x->device, &available))
        return GPU_BATCH;
    const uint64_t fits = available / (SCRATCH * nn_torch_peak_bytes(x->run));
    return fits < 1 ? 1 : fits > GPU_BATCH ? GPU_BATCH : (size_t)fits;
}

/* The fastest way that there is for this network on this machine. */
static int load_layers(nn_extractor *x, const nn_extractor_options *o, const nn_net *n,
                       const nn_weights *w, int cut, hl_err *e)
{
    const nn_torch_options run = {.dtype = o->dtype, .tf32 = o->tf32, .device = o->device};
    const bool is_known_type = o->dtype == TS_F32 || o->dtype == TS_BF16;
    if (o->device != TS_CPU || !is_known_type || !nn_onednn_suits(n, cut, o->dtype == TS_BF16))
        return nn_torch_new(&x->run, n, w, &cut, 1, &run, e);
    if (!x->batch)
        x->batch = choose_worker_batch(x, n, o->images);
    const nn_onednn_options how = {
        .batch = x->batch, .workers = (size_t)ts_threads(), .bf16 = o->dtype == TS_BF16};
    return nn_onednn_new(&x->fast, n, w, cut, &how, e);
}

static int find_cut(const nn_net *n, const nn_extractor_options *o, int *cut, hl_err *e)
{
    if (o->unfreeze)
        return nn_net_feature_layer(n, o->unfreeze, cut, e);
    *cut = o->layer ? nn_net_find(n, o->layer) : nn_net_output(n);
    return *cut < 0 ? hl_fail(e, "%s: it has no layer '%s'", n->name, o->layer) : 0;
}

static void fill_space(hl_feature_space *s, const nn_extractor_options *o, const nn_net *n, int cut,
                       const nn_weights *w)
{
    snprintf(s->backbone, sizeof s->backbone, "%s", n->name);
    if (n->flavour != NN_KERAS)
        snprintf(s->framework, sizeof s->framework, "%s", nn_framework_names[n->flavour]);
    snprintf(s->weights, sizeof s->weights, "%s", w->identity);
    snprintf(s->feature_layer, sizeof s->feature_layer, "%s", n->layers[cut].name);
    snprintf(s->pool, sizeof s->pool, "%s", nn_pool_names[o->pool]);
}

/* The scaling that was asked for, or else the network's own; a table and a word. */
static int choose_scaling(nn_extractor *x, const char *stated, const nn_net *n,
                          hl_feature_space *space, hl_err *e)
{
    x->own_normalize = nn_net_own_normalize(n);
    const char *mode = stated ? stated : x->own_normalize;
    snprintf(space->normalize, sizeof space->normalize, "%s", mode);
    return nn_normalize_make(&x->normalize, mode, e);
}

/* What comes out before pooling, and so what comes out of it. */
static void set_map(nn_extractor *x, const nn_layer *out)
{
    x->map[0] = out->height;
    x->map[1] = out->width;
    x->map[2] = out->channels;
    x->features = nn_pool_width(x->pool, out);
}

static int prepare(nn_extractor *x, const nn_extractor_options *o, const nn_net *n,
                   hl_feature_space *space, hl_err *e)
{
    int cut;
    nn_weights w;
    if (find_cut(n, o, &cut, e) || choose_scaling(x, o->normalize, n, space, e) ||
        nn_weights_load(&w, n, o->weights, e))
        return -1;
    set_map(x, &n->layers[cut]);
    fill_space(space, o, n, cut, &w);
    const int status = load_layers(x, o, n, &w, cut, e);
    nn_weights_free(&w);
    return status;
}

/* Pixels through normalisation and backbone. */
static int forward(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                   ts_tensor **map, hl_err *e)
{
    const int64_t shape[4] = {(int64_t)n, x->height, x->width, channels};
    ts_tensor *bytes = NULL, *input = NULL;
    int status = ts_view_data(&bytes, (uint8_t *)images, TS_U8, 4, shape);
    if (status == 0)
        status = ts_lookup(&input, bytes, x->normalize.table, x->normalize.source, x->device);
    if (status)
        hl_fail(e, "input: libtorch: %s", ts_last_error());
    else if (x->run)
        status = nn_torch_forward(x->run, input, map, e);
    else if (ts_module_forward(map, x->module, input))
        status = hl_fail(e, "torchscript: libtorch: %s", ts_last_error());
    ts_free(input);
    ts_free(bytes);
    return status;
}

/* Runs the module on one black image, to see what comes out. */
static int probe_module(nn_extractor *x, hl_feature_space *space, hl_err *e)
{
    uint8_t *black = hl_calloc((size_t)(x->height * x->width), 1);
    ts_tensor *map = NULL;
    int status = forward(x, black, 1, 1, &map, e);
    const int rank = status ? 0 : ts_rank(map);
    if (status == 0 && ((rank != 2 && rank != 4) || ts_dim(map, 0) != 1))
        status = hl_fail(e, "%s: expected features [N, D] or maps [N, C, H, W], found rank %d",
                         space->backbone, rank);
    if (status == 0 && rank == 2) {
        x->is_pooled = true;
        x->features = (size_t)ts_dim(map, 1);
        snprintf(space->pool, sizeof space->pool, "none");
    } else if (status == 0) {
        const nn_layer out = {
            .channels = ts_dim(map, 1), .height = ts_dim(map, 2), .width = ts_dim(map, 3)};
        set_map(x, &out);
    }
    ts_free(map);
    free(black);
    return status;
}

static int load_module(nn_extractor *x, const nn_extractor_options *o, hl_feature_space *space,
                       hl_err *e)
{
    if (o->dtype != TS_F32)
        return hl_fail(e, "%s: a TorchScript module is run in f32 only", o->backbone);
    if (hl_in_check_regular(o->backbone, e) || hl_digest_file(o->backbone, space->weights, e) ||
        nn_normalize_make(&x->normalize, o->normalize, e))
        return -1;
    if (ts_module_load(&x->module, o->backbone, o->device))
        return hl_fail(e, "%s: not a TorchScript module: %s", o->backbone, ts_last_error());
    snprintf(space->backbone, sizeof space->backbone, "torchscript");
    snprintf(space->normalize, sizeof space->normalize, "%s", o->normalize);
    snprintf(space->feature_layer, sizeof space->feature_layer, "output");
    snprintf(space->pool, sizeof space->pool, "%s", nn_pool_names[o->pool]);
    return probe_module(x, space, e);
}

static int load_network(nn_extractor *x, const nn_extractor_options *o, hl_feature_space *space,
                        hl_err *e)
{
    nn_net n;
    nn_framework flavour;
    if (nn_weights_framework(o->weights, &flavour, e) ||
        nn_net_build_for(&n, o->backbone, flavour, space->height, space->width, e))
        return -1;
    const int status = prepare(x, o, &n, space, e);
    nn_net_free(&n);
    return status;
}

int nn_extractor_new(nn_extractor **result, const nn_extractor_options *o, hl_feature_space *space,
                     hl_err *e)
{
    nn_extractor *x = hl_calloc(1, sizeof *x);
    x->pool = o->pool;
    x->device = o->device;
    x->batch = o->batch;
    x->threads = ts_threads();
    x->height = space->height;
    x->width = space->width;
    pthread_rwlock_init(&x->together, NULL);
    pthread_mutex_init(&x->lock, NULL);
    ts_allow_tf32(o->tf32);
    const int status = o->is_module ? load_module(x, o, space, e) : load_network(x, o, space, e);
    if (status == 0 && !x->batch)
        x->batch = choose_torch_batch(x);
    if (status)
        nn_extractor_free(x);
    else
        *result = x;
    return status;
}

void nn_extractor_free(nn_extractor *x)
{
    if (!x)
        return;
    nn_torch_free(x->run);
    nn_onednn_free(x->fast);
    ts_module_free(x->module);
    pthread_rwlock_destroy(&x->together);
    pthread_mutex_destroy(&x->lock);
    free(x);
}

size_t nn_extractor_width(const nn_extractor *x)
{
    return x->features;
}

void nn_extractor_map_shape(const nn_extractor *x, int64_t shape[3])
{
    memcpy(shape, x->map, sizeof x->map);
}

const char *nn_extractor_own_normalize(const nn_extractor *x)
{
    return x->own_normalize;
}

const char *nn_extractor_engine(const nn_extractor *x)
{
    return x->fast ? "oneDNN" : "libtorch";
}

size_t nn_extractor_batch(const nn_extractor *x)
{
    return x->batch;
}

static bool is_net_on_gpu(const nn_extractor *x)
{
    return x->run && x->device == TS_CUDA;
}

size_t nn_extractor_workers(const nn_extractor *x)
{
    return x->fast ? nn_onednn_workers(x->fast) : is_net_on_gpu(x) ? GPU_WORKERS : CPU_WORKERS;
}

static int pooled_to_host(const nn_extractor *x, const ts_tensor *map, size_t n, float *features,
                          hl_err *e)
{
    ts_tensor *pooled = NULL, *host = NULL;
    int status = x->is_pooled ? ts_share(&pooled, map) : nn_pool_map(x->pool, map, &pooled);
    if (status == 0)
        status = ts_to(&host, pooled, TS_F32, TS_CPU);
    if (status == 0)
        status = ts_to_data(host, features, n * x->features * sizeof *features);
    ts_free(host);
    ts_free(pooled);
    return status ? hl_fail(e, "pooling: libtorch: %s", ts_last_error()) : 0;
}

static int run_batch(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, hl_err *e)
{
    ts_tensor *map = NULL;
    int status = forward(x, images, n, channels, &map, e);
    if (status == 0)
        status = pooled_to_host(x, map, n, features, e);
    ts_free(map);
    return status;
}

static int run_fast(nn_extractor *x, const uint8_t *images, size_t n, int channels, float *features,
                    hl_err *e)
{
    const size_t area = (size_t)(x->map[0] * x->map[1]), depth = (size_t)x->map[2];
    if (x->pool == NN_POOL_FLATTEN)
        return nn_onednn_forward(x->fast, images, n, channels, &x->normalize, features, e);
    float *map = hl_malloc(n * area * depth, sizeof *map);
    const int status = nn_onednn_forward(x->fast, images, n, channels, &x->normalize, map, e);
    if (status == 0)
        nn_pool_values(x->pool, map, n, area, depth, features);
    free(map);
    return status;
}

/* Waits for the others: what they hold of the device's memory may be all that was missing. */
static void become_alone(nn_extractor *x)
{
    const bool is_news = !atomic_exchange(&x->alone, true);
    pthread_rwlock_unlock(&x->together);
    pthread_rwlock_wrlock(&x->together);
    if (is_news)
        hl_log_warn("out of memory with several batches of %zu images: going on with one at a time",
                    x->batch);
}

/* alone: whether it is so already. A batch that the device's memory does not hold even alone is
 * halved. */
static int run_torch(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, bool alone, hl_err *e)
{
    const size_t image = (size_t)(x->height * x->width) * (size_t)channels;
    if ((ts_threads() != x->threads && ts_set_threads(x->threads)) ||
        (is_net_on_gpu(x) && ts_own_stream(x->device)))
        return hl_fail(e, "libtorch: %s", ts_last_error());
    for (size_t i = 0; i < n;) {
        const size_t rows = x->batch < n - i ? x->batch : n - i;
        if (run_batch(x, images + i * image, rows, channels, features + i * x->features, e) == 0) {
            i += rows;
        } else if (!ts_was_out_of_memory() || (alone && rows == 1)) {
            return -1;
        } else if (!alone) {
            become_alone(x);
            alone = true;
        } else {
            x->batch = rows / 2;
            hl_log_warn("out of memory with a batch of %zu images: going on with %zu", rows,
                        x->batch);
        }
    }
    return 0;
}

/* On the CPU libtorch's threads serve one batch at a time, and a module may not bear several. */
static bool is_to_be_alone(const nn_extractor *x)
{
    return !x->fast && (x->alone || !is_net_on_gpu(x));
}

static double begin(nn_extractor *x)
{
    const double now = hl_now();
    pthread_mutex_lock(&x->lock);
    if (x->running++ == 0)
        x->since = now;
    pthread_mutex_unlock(&x->lock);
    return now;
}

static void end(nn_extractor *x, double began)
{
    pthread_mutex_lock(&x->lock);
    if (--x->running == 0 && !x->fast)
        x->busy += hl_now() - x->since;
    if (x->fast)
        x->busy += hl_now() - began;
    pthread_mutex_unlock(&x->lock);
}

int nn_extractor_run(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, hl_err *e)
{
    const bool alone = is_to_be_alone(x);
    if (alone)
        pthread_rwlock_wrlock(&x->together);
    else
        pthread_rwlock_rdlock(&x->together);
    const double began = begin(x);
    const int status = x->fast ? run_fast(x, images, n, channels, features, e)
                               : run_torch(x, images, n, channels, features, alone, e);
    end(x, began);
    pthread_rwlock_unlock(&x->together);
    return status;
}

double nn_extractor_busy(const nn_extractor *x)
{
    return x->busy / (x->fast ? (double)nn_onednn_workers(x->fast) : 1);
}

typedef struct many {
    nn_extractor *x;
    const uint8_t *images;
    size_t n, batch, image; /* bytes of an image */
    int channels;
    float *features;
} many;

static int run_one_batch(void *ctx, size_t i, size_t slot, hl_err *e)
{
    const many *m = ctx;
    const size_t first = i * m->batch, rows = m->n - first < m->batch ? m->n - first : m->batch;
    (void)slot;
    return nn_extractor_run(m->x, m->images + first * m->image, rows, m->channels,
                            m->features + first * m->x->features, e);
}

int nn_extractor_run_all(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                         float *features, hl_err *e)
{
    const size_t workers = nn_extractor_workers(x), batch = nn_extractor_batch(x);
    /* On a GPU a thread keeps much between calls, and these would be new ones for every call. */
    if (workers == 1 || n <= batch || is_net_on_gpu(x))
        return nn_extractor_run(x, images, n, channels, features, e);
    many m = {.x = x,
              .images = images,
              .n = n,
              .batch = batch,
              .image = (size_t)(x->height * x->width) * (size_t)channels,
              .channels = channels,
              .features = features};
    return hl_ordered_map((n + batch - 1) / batch, (int)workers, run_one_batch, NULL, &m, e);
}

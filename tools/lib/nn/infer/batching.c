/* SPDX-License-Identifier: BSD-2-Clause */
/* Batch sizes, concurrent batches, and what to do when a device runs out of memory. */
#include "base/clock.h"
#include "base/log.h"
#include "base/ordered_map.h"
#include "nn/infer/extractor_internal.h"

#include <string.h>

void nn_batching_init(nn_batching *b, size_t batch)
{
    b->batch = batch;
    b->torch_threads = ts_threads();
    pthread_rwlock_init(&b->device_lock, NULL);
    pthread_mutex_init(&b->stats_lock, NULL);
}

void nn_batching_free(nn_batching *b)
{
    pthread_rwlock_destroy(&b->device_lock);
    pthread_mutex_destroy(&b->stats_lock);
}

/* ---- batch sizes ---- */

/* Images per batch of a oneDNN worker. Larger batches let it read kernels less often, which pays
 * off after the layers with large maps; InceptionResNetV2, whose branches need more of the caches,
 * gets smaller ones (measured: docs/PERFORMANCE.md). For few images, batches are halved so that all
 * workers get some. The number of workers has no part in it: the batch size is recorded in the
 * provenance, which must not depend on -j. */
size_t nn_batching_onednn_batch(const nn_extractor *x, const nn_net *n, size_t images)
{
    enum { BATCH = 8, BRANCHED_BATCH = 4, SMALL = 8, FEW = 16 };
    if (SMALL * x->map[0] > x->height)
        return 1;
    size_t batch = strcmp(n->name, "inceptionresnetv2") == 0 ? BRANCHED_BATCH : BATCH;
    while (images && batch > 1 && images < FEW * batch)
        batch /= 2;
    return batch;
}

/* Images per batch of libtorch: on a GPU, as many as fit its free memory. The kernels' scratch
 * space is estimated at twice the activations; if that is wrong, the batch is halved later. */
size_t nn_batching_torch_batch(const nn_extractor *x)
{
    enum { CPU_BATCH = 16, GPU_BATCH = 128, SCRATCH = 3 * NN_GPU_WORKERS };
    uint64_t available;
    if (x->device == TS_CPU)
        return CPU_BATCH;
    if (!x->torch || ts_free_memory(x->device, &available))
        return GPU_BATCH;
    const uint64_t fits = available / (SCRATCH * nn_torch_peak_bytes(x->torch));
    return fits < 1 ? 1 : fits > GPU_BATCH ? GPU_BATCH : (size_t)fits;
}

size_t nn_extractor_batch(const nn_extractor *x)
{
    return x->batching.batch;
}

size_t nn_extractor_workers(const nn_extractor *x)
{
    if (x->onednn)
        return nn_onednn_workers(x->onednn);
    return nn_extractor_is_net_on_gpu(x) ? NN_GPU_WORKERS : NN_CPU_WORKERS;
}

/* ---- out of memory ---- */

/* Waits for the other batches: the memory that they hold may be all that was missing. */
static void become_exclusive(nn_batching *b)
{
    const bool is_news = !atomic_exchange(&b->exclusive, true);
    pthread_rwlock_unlock(&b->device_lock);
    pthread_rwlock_wrlock(&b->device_lock);
    if (is_news)
        hl_log_warn("out of memory with several batches of %zu images: continuing with one at a "
                    "time",
                    b->batch);
}

/* exclusive: whether this call holds the write lock already. */
static int run_torch(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, bool exclusive, hl_err *e)
{
    nn_batching *b = &x->batching;
    const size_t image = (size_t)(x->height * x->width) * (size_t)channels;
    if ((ts_threads() != b->torch_threads && ts_set_threads(b->torch_threads)) ||
        (nn_extractor_is_net_on_gpu(x) && ts_own_stream(x->device)))
        return hl_fail(e, "libtorch: %s", ts_last_error());
    for (size_t i = 0; i < n;) {
        const size_t rows = b->batch < n - i ? b->batch : n - i;
        if (nn_extractor_run_torch(x, images + i * image, rows, channels,
                                   features + i * x->features, e) == 0) {
            i += rows;
        } else if (!ts_was_out_of_memory() || (exclusive && rows == 1)) {
            return -1;
        } else if (!exclusive) {
            become_exclusive(b);
            exclusive = true;
        } else {
            b->batch = rows / 2;
            hl_log_warn("out of memory with a batch of %zu images: continuing with %zu", rows,
                        b->batch);
        }
    }
    return 0;
}

/* ---- concurrent batches ---- */

/* On the CPU, libtorch's threads serve one batch at a time, and a module may not be reentrant. */
static bool must_be_exclusive(const nn_extractor *x)
{
    return !x->onednn && (x->batching.exclusive || !nn_extractor_is_net_on_gpu(x));
}

static double count_start(nn_batching *b)
{
    const double now = hl_now();
    pthread_mutex_lock(&b->stats_lock);
    if (b->running++ == 0)
        b->running_since = now;
    pthread_mutex_unlock(&b->stats_lock);
    return now;
}

static void count_end(nn_batching *b, bool is_onednn, double started)
{
    pthread_mutex_lock(&b->stats_lock);
    if (--b->running == 0 && !is_onednn)
        b->busy += hl_now() - b->running_since;
    if (is_onednn)
        b->busy += hl_now() - started;
    pthread_mutex_unlock(&b->stats_lock);
}

int nn_extractor_run(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, hl_err *e)
{
    nn_batching *b = &x->batching;
    const bool exclusive = must_be_exclusive(x);
    if (exclusive)
        pthread_rwlock_wrlock(&b->device_lock);
    else
        pthread_rwlock_rdlock(&b->device_lock);
    const double started = count_start(b);
    const int status = x->onednn ? nn_extractor_run_onednn(x, images, n, channels, features, e)
                                 : run_torch(x, images, n, channels, features, exclusive, e);
    count_end(b, x->onednn, started);
    pthread_rwlock_unlock(&b->device_lock);
    return status;
}

double nn_extractor_busy(const nn_extractor *x)
{
    return x->batching.busy / (x->onednn ? (double)nn_onednn_workers(x->onednn) : 1);
}

/* ---- many images ---- */

typedef struct batches {
    nn_extractor *x;
    const uint8_t *images;
    size_t n, batch, image; /* image: bytes */
    int channels;
    float *features;
} batches;

static int run_one_batch(void *ctx, size_t i, size_t slot, hl_err *e)
{
    const batches *b = ctx;
    const size_t first = i * b->batch, rows = b->n - first < b->batch ? b->n - first : b->batch;
    (void)slot;
    return nn_extractor_run(b->x, b->images + first * b->image, rows, b->channels,
                            b->features + first * b->x->features, e);
}

int nn_extractor_run_all(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                         float *features, hl_err *e)
{
    const size_t workers = nn_extractor_workers(x), batch = nn_extractor_batch(x);
    /* On a GPU, libtorch caches much per thread, and these threads would be new at every call. */
    if (workers == 1 || n <= batch || nn_extractor_is_net_on_gpu(x))
        return nn_extractor_run(x, images, n, channels, features, e);
    batches b = {.x = x,
                 .images = images,
                 .n = n,
                 .batch = batch,
                 .image = (size_t)(x->height * x->width) * (size_t)channels,
                 .channels = channels,
                 .features = features};
    return hl_ordered_map((n + batch - 1) / batch, (int)workers, run_one_batch, NULL, &b, e);
}

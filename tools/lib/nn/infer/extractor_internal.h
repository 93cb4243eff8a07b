/* SPDX-License-Identifier: BSD-2-Clause */
/* The struct behind nn_extractor, for extractor.c, batching.c and torchscript.c. */
#ifndef HILUM_NN_INFER_EXTRACTOR_INTERNAL_H
#define HILUM_NN_INFER_EXTRACTOR_INTERNAL_H

#include "nn/infer/extractor.h"
#include "nn/infer/onednn_backend.h"
#include "nn/infer/preprocess_input.h"
#include "nn/infer/torch_backend.h"

#include <pthread.h>
#include <stdatomic.h>

/* Batches that libtorch is given at once. On a GPU some are copied while others are computed, each
 * in its own stream; on the CPU one is read while another is computed. */
enum { NN_GPU_WORKERS = 3, NN_CPU_WORKERS = 2 };

typedef struct nn_batching {
    /* Concurrent batches take the read lock; an exclusive batch takes the write lock. */
    pthread_rwlock_t device_lock;
    atomic_bool exclusive;      /* memory is too small for several batches at once */
    size_t batch;               /* largest batch to try; changed under the write lock */
    int torch_threads;          /* per operation of libtorch, whichever thread calls it */
    pthread_mutex_t stats_lock; /* of the following */
    int running;                /* calls */
    double running_since;
    double busy; /* seconds: oneDNN's workers added up; libtorch: time in which any call ran */
} nn_batching;

struct nn_extractor {
    /* exactly one of these three is set */
    nn_torch *torch;
    nn_onednn *onednn;
    ts_module *module;
    const char *own_normalize; /* NULL for a module */
    nn_normalize normalize;
    nn_pool pool;
    bool gives_vectors; /* the module returns pooled features */
    ts_device device;
    int64_t height, width; /* of the images */
    size_t features;
    int64_t map[3]; /* height, width, channels before pooling; 0 if there are no maps */
    nn_batching batching;
};

bool nn_extractor_is_net_on_gpu(const nn_extractor *x);

/* Sets the shape of the maps, from the layer that they come from, and the number of features. */
void nn_extractor_set_map(nn_extractor *x, const nn_layer *out);

/* Runs a batch through libtorch as far as the map. images: U8 [n, H, W, channels]; the caller frees
 * the map. */
int nn_extractor_torch_map(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                           ts_tensor **map, hl_err *e);

/* Run a batch that fits the memory. features: F32 [n, D]. */
int nn_extractor_run_torch(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                           float *features, hl_err *e);
int nn_extractor_run_onednn(const nn_extractor *x, const uint8_t *images, size_t n, int channels,
                            float *features, hl_err *e);

/* batching.c: batch sizes and concurrency. */
void nn_batching_init(nn_batching *b, size_t batch);
void nn_batching_free(nn_batching *b);
size_t nn_batching_onednn_batch(const nn_extractor *x, const nn_net *n, size_t images);
size_t nn_batching_torch_batch(const nn_extractor *x);

/* torchscript.c: loads the module and fills in the feature space. */
int nn_extractor_load_module(nn_extractor *x, const nn_extractor_options *o,
                             hl_feature_space *space, hl_err *e);

#endif

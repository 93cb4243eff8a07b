/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From images to feature vectors: normalisation, frozen backbone, cut and pooling as one thing,
 * which a tool makes once and then feeds with batches.
 */
#ifndef HILUM_NN_INFER_EXTRACTOR_H
#define HILUM_NN_INFER_EXTRACTOR_H

#include "base/error.h"
#include "data/feature_space.h"
#include "nn/infer/pooling.h"
#include "shim/torch_shim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct net_extractor net_extractor;

typedef struct net_extractor_options {
    const char *backbone; /* a name of net.c's table, or with is_module a TorchScript file */
    bool is_module;
    const char *weights;   /* file or "seeded:N"; a module brings its own */
    const char *normalize; /* a mode of normalize.h; NULL: the one that goes with the weights */
    const char *layer;     /* cut behind this layer; NULL: the last. A module cannot be cut */
    int unfreeze;          /* cut below the last layers instead, as many as this (see tail.h) */
    net_pool pool;
    ts_dtype dtype;   /* of a module: TS_F32 */
    bool tf32;        /* GPU: TS_F32 products round their inputs to 10 bits */
    ts_device device; /* made ready by ts_use_device */
    size_t batch;     /* images a call runs at a time; 0: as many as suit the device */
    size_t images;    /* how many are to come; 0: many */
} net_extractor_options;

/*
 * space says what the images are like on entry; its feature fields are filled in. A module must
 * map F32 [N, 3, H, W] to [N, C, h, w], which is pooled, or to [N, D], which is taken as it is
 * (space.pool is then "none"). Loading a module runs the code in it: ask the user before.
 */
int net_extractor_new(net_extractor **x, const net_extractor_options *o, hl_space *space,
                      hl_err *e);
void net_extractor_free(net_extractor *x);

size_t net_extractor_width(const net_extractor *x); /* D, values of one feature vector */

/* Height, width and channels of the maps before pooling; 0 for a module that gives vectors. */
void net_extractor_map_shape(const net_extractor *x, int64_t shape[3]);

/* The scaling that the weights were trained with; NULL for a module, which does not say. */
const char *net_extractor_own_normalize(const net_extractor *x);

/* What runs it: "oneDNN" or "libtorch". */
const char *net_extractor_engine(const net_extractor *x);

/* Images that a call of net_extractor_run is best given: on a GPU as many as its free memory holds,
 * at most 128. */
size_t net_extractor_batch(const net_extractor *x);
/* Calls of net_extractor_run that are best made at the same time, from as many threads. */
size_t net_extractor_workers(const net_extractor *x);

/* images: U8 [n, H, W, channels] of the space's size; features: F32 [n, D]. Calls from several
 * threads that do not fit the device's memory together go on one by one, and a batch that does not
 * fit it alone is halved until it does; with a warning each. */
int net_extractor_run(net_extractor *x, const uint8_t *images, size_t n, int channels,
                      float *features, hl_err *e);
/* The same for many images, a batch for each worker at a time. */
int net_extractor_run_all(net_extractor *x, const uint8_t *images, size_t n, int channels,
                          float *features, hl_err *e);
/* Seconds that it has run so far: the mean of oneDNN's workers; with libtorch those in which any
 * call ran. */
double net_extractor_busy(const net_extractor *x);

#endif

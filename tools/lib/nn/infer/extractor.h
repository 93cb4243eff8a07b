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

typedef struct nn_extractor nn_extractor;

typedef struct nn_extractor_options {
    const char *backbone; /* a name of net.c's table, or with is_module a TorchScript file */
    bool is_module;
    const char *weights;   /* file or "seeded:N"; a module brings its own */
    const char *normalize; /* a mode of normalize.h; NULL: the one that goes with the weights */
    const char *layer;     /* cut behind this layer; NULL: the last. A module cannot be cut */
    int unfreeze;          /* cut below the last layers instead, as many as this (see tail.h) */
    nn_pool pool;
    ts_dtype dtype;   /* of a module: TS_F32 */
    bool tf32;        /* GPU: TS_F32 products round their inputs to 10 bits */
    ts_device device; /* made ready by ts_use_device */
    size_t batch;     /* images a call runs at a time; 0: as many as suit the device */
    size_t images;    /* how many are to come; 0: many */
} nn_extractor_options;

/*
 * space says what the images are like on entry; its feature fields are filled in. A module must
 * map F32 [N, 3, H, W] to [N, C, h, w], which is pooled, or to [N, D], which is taken as it is
 * (space.pool is then "none"). Loading a module runs the code in it: ask the user before.
 */
int nn_extractor_new(nn_extractor **x, const nn_extractor_options *o, hl_feature_space *space,
                     hl_err *e);
void nn_extractor_free(nn_extractor *x);

size_t nn_extractor_width(const nn_extractor *x); /* D, values of one feature vector */

/* Height, width and channels of the maps before pooling; 0 for a module that gives vectors. */
void nn_extractor_map_shape(const nn_extractor *x, int64_t shape[3]);

/* The scaling that the weights were trained with; NULL for a module, which does not say. */
const char *nn_extractor_own_normalize(const nn_extractor *x);

/* What runs it: "oneDNN" or "libtorch". */
const char *nn_extractor_engine(const nn_extractor *x);

/* Images that a call of nn_extractor_run is best given: on a GPU as many as its free memory holds,
 * at most 128. */
size_t nn_extractor_batch(const nn_extractor *x);
/* Calls of nn_extractor_run that are best made at the same time, from as many threads. */
size_t nn_extractor_workers(const nn_extractor *x);

/* images: U8 [n, H, W, channels] of the space's size; features: F32 [n, D]. Calls from several
 * threads that do not fit the device's memory together go on one by one, and a batch that does not
 * fit it alone is halved until it does; with a warning each. */
int nn_extractor_run(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, hl_err *e);
/* The same for many images, a batch for each worker at a time. */
int nn_extractor_run_all(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                         float *features, hl_err *e);
/* Seconds that it has run so far: the mean of oneDNN's workers; with libtorch those in which any
 * call ran. */
double nn_extractor_busy(const nn_extractor *x);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Feature extraction: pixel scaling, a frozen backbone up to its feature layer, and pooling. A tool
 * makes one extractor and feeds it with batches of images:
 *
 *     nn_extractor *x;
 *     if (nn_extractor_new(&x, &options, &space, e))
 *         return -1;
 *     float *features = hl_malloc(n * nn_extractor_width(x), sizeof *features);
 *     int status = nn_extractor_run_all(x, images, n, channels, features, e);
 *     nn_extractor_free(x);
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
    const char *backbone; /* a network of net.h, or with is_module the path of a TorchScript file */
    bool is_module;
    const char *weights;   /* a source of weights.h; NULL for a module, which has its own */
    const char *normalize; /* a mode of preprocess_input.h; NULL: the one the weights expect */
    const char *layer;     /* feature layer; NULL: the last layer. Not for a module */
    int unfreeze;          /* or 0; else the feature layer for training this many layers instead */
    nn_pool pool;
    ts_dtype dtype;   /* TS_F32 for a module */
    bool tf32;        /* GPU: TS_F32 products round their inputs to 10 bits */
    ts_device device; /* made ready by ts_use_device */
    size_t batch;     /* images per batch; 0: chosen for the device */
    size_t images;    /* number of images to come; 0: many */
} nn_extractor_options;

/*
 * Makes an extractor. On entry space describes the images; the fields that describe features are
 * filled in. A module must map F32 [N, 3, H, W] to maps [N, C, h, w], which are pooled, or to
 * vectors [N, D], which are used as they are (space->pool is then "none"). Loading a module runs
 * the code in it, so get the user's consent first.
 */
int nn_extractor_new(nn_extractor **x, const nn_extractor_options *o, hl_feature_space *space,
                     hl_err *e);
void nn_extractor_free(nn_extractor *x); /* NULL is fine */

size_t nn_extractor_width(const nn_extractor *x); /* D, the length of a feature vector */

/* Gives height, width and channels of the maps before pooling; 0 for a module that returns
 * vectors. */
void nn_extractor_map_shape(const nn_extractor *x, int64_t shape[3]);

/* The scaling mode that the weights were trained with; NULL for a module, where it is unknown. */
const char *nn_extractor_own_normalize(const nn_extractor *x);

/* The library that runs the network: "oneDNN" or "libtorch". */
const char *nn_extractor_engine(const nn_extractor *x);

/* The best number of images per call of nn_extractor_run. */
size_t nn_extractor_batch(const nn_extractor *x);
/* The best number of concurrent calls of nn_extractor_run, each from its own thread. */
size_t nn_extractor_workers(const nn_extractor *x);

/* Extracts features; images: U8 [n, H, W, channels] of the size in the feature space, features:
 * F32 [n, D]. If concurrent calls exceed the device's memory, they continue one at a time; a batch
 * that exceeds it alone is halved until it fits. Each such step is reported as a warning. */
int nn_extractor_run(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                     float *features, hl_err *e);
/* The same for many images, which are divided into batches for all workers. */
int nn_extractor_run_all(nn_extractor *x, const uint8_t *images, size_t n, int channels,
                         float *features, hl_err *e);
/* Seconds spent in the network so far: with oneDNN the mean over its workers, with libtorch the
 * time in which any call was running. */
double nn_extractor_busy(const nn_extractor *x);

#endif

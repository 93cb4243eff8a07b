/* SPDX-License-Identifier: BSD-2-Clause */
/* Classifies any number of image files: reads them in parallel and runs backbone and head. */
#ifndef HILUM_PREDICT_STREAM_H
#define HILUM_PREDICT_STREAM_H

#include "base/error.h"
#include "base/sha256.h"
#include "classify.h"
#include "image/load.h"
#include "inputs.h"
#include "nn/infer/extractor.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct predict_stream_options {
    hl_fitting fitting;
    size_t batch;       /* images per batch; 1: each is computed by the thread that reads it */
    bool skip_unusable; /* list unreadable images; otherwise the first one ends the run */
    int jobs;           /* threads */
} predict_stream_options;

/* Adds an entry for each image to the classifier's worklist. Threads read the next batch while one
 * is computed; with batches of one image, and an extractor that may run in that many threads at
 * once, each thread computes the image that it has read. images gets the digest of the files that
 * were read: of the 32 bytes of each file's SHA-256, in order. */
int predict_stream_images(const predict_inputs *in, nn_extractor *x, const predict_classifier *c,
                          const predict_stream_options *o, char images[HL_DIGEST_SIZE], hl_err *e);

/* How images are read and resized for the head: as its feature space and provenance record. depth
 * is 0 or, as a check, 1 more than the hl_depth that is expected; window likewise is NULL, "head"
 * or an hl_window. */
int predict_fitting_of_head(hl_fitting *f, const nn_model *model, int depth, const char *window,
                            hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Image files through the backbone and the head, however many they are. */
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

typedef struct stream_options {
    hl_fitting fitting;
    size_t batch; /* images that are computed at a time; 1: each by the thread that reads it */
    bool skip_unusable; /* put what cannot be read into the list; otherwise it ends the run */
    int jobs;
} stream_options;

/* Reads on several threads: while the batch before is computed, or where a batch is one image and
 * the extractor bears as many callers, each computing what it has read. images gets the digest of
 * the files that were read: for each, in order, the 32 bytes of its SHA-256. */
int predict_stream_images(const predict_inputs *in, nn_extractor *x, const predict_classifier *j,
                          const stream_options *o, char images[HL_DIGEST_SIZE], hl_err *e);

/* The fitting that a head's space and provenance ask for. */
int predict_fitting_of_head(hl_fitting *f, const nn_head *head, const char *head_name, hl_err *e);

#endif

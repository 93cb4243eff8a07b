/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams images through an extractor, with reading, computing and writing concurrently. */
#ifndef HILUM_EXTRACT_FEATURES_STREAM_H
#define HILUM_EXTRACT_FEATURES_STREAM_H

#include "data/sample_file.h"
#include "format/tensorfile.h"
#include "nn/infer/extractor.h"

/* Extracts features of all images and writes them. batch: images per batch. type: number type of
 * the output. Fails if a feature is not finite; `model` names the weights in the message. */
int extract_stream(hl_samples *in, nn_extractor *x, const char *model, size_t batch, hl_dtype type,
                   hl_tf_writer *out, hl_err *e);

#endif

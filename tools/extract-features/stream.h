/* SPDX-License-Identifier: BSD-2-Clause */
/* Images in, features out, a batch at a time, with reading, computing and writing side by side. */
#ifndef HILUM_EXTRACT_FEATURES_STREAM_H
#define HILUM_EXTRACT_FEATURES_STREAM_H

#include "data/sample_file.h"
#include "format/tensorfile.h"
#include "nn/infer/extractor.h"

/* batch: images at a time, as recorded. type: of the features that are written. Features that are
 * not finite are an error, which says that weights of `model` do not suit. */
int extract_stream(hl_samples *in, nn_extractor *x, const char *model, size_t batch, hl_dtype type,
                   hl_tf_writer *out, hl_err *e);

#endif

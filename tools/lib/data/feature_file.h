/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading of a file of features (see samples.h): rows come in order, in batches, as float32, so
 * that a file of any length passes through a fixed buffer.
 */
#ifndef HILUM_DATA_FEATURE_FILE_H
#define HILUM_DATA_FEATURE_FILE_H

#include "base/error.h"
#include "data/sample_file.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hl_features {
    hl_samples samples;
    size_t width; /* D */
    size_t row;   /* the next one to be read */
    void *raw;    /* rows as they stand in the file, where that is not float32 */
    size_t raw_rows;
} hl_features;

/* path NULL or "-": standard input. On failure nothing is left open. */
int hl_features_open(hl_features *f, const char *path, hl_err *e);

/* The next `rows` rows into out, [rows, D] float32; more than are left is the caller's mistake. A
 * value that is not finite is an error that names the sample. */
int hl_features_read(hl_features *f, size_t rows, float *out, hl_err *e);

/* All rows were read: checks that the file ends here and its checksum. */
int hl_features_end(hl_features *f, hl_err *e);
void hl_features_close(hl_features *f); /* safe on a zeroed or closed one */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A feature file (see sample_file.h), read in order and in batches, so that a file of any length
 * passes through a fixed buffer. Rows are converted to float32.
 *
 *   hl_features f;
 *   if (hl_features_open(&f, "features.safetensors.zst", &err)) ...
 *   while (f.row < f.samples.n) {
 *       const size_t n = f.samples.n - f.row < 64 ? f.samples.n - f.row : 64;
 *       if (hl_features_read(&f, n, batch, &err)) ...
 *   }
 *   if (hl_features_end(&f, &err)) ...
 *   hl_features_close(&f);
 */
#ifndef HILUM_DATA_FEATURE_FILE_H
#define HILUM_DATA_FEATURE_FILE_H

#include "base/error.h"
#include "data/sample_file.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hl_features {
    hl_samples samples;
    size_t width; /* D, values of a feature vector */
    size_t row;   /* next row to read */
    void *raw;    /* private: [raw_rows, D] in the file's type, unless that is float32 */
    size_t raw_rows;
} hl_features;

/* Opens a feature file; path NULL or "-" is standard input. On failure nothing is left open. */
int hl_features_open(hl_features *f, const char *path, hl_err *e);

/* Reads the next `rows` rows, at most those that are left, into out, [rows, D]. A value that is not
 * finite is an error that names the sample. */
int hl_features_read(hl_features *f, size_t rows, float *out, hl_err *e);

/* The same without the rows of augmented copies: the others go to out, [*kept, D], and their
 * samples to originals, [*kept]. */
int hl_features_read_originals(hl_features *f, size_t rows, float *out, const hl_sample **originals,
                               size_t *kept, hl_err *e);

/* After the last row: fails unless the file ends here and its checksum is right. */
int hl_features_end(hl_features *f, hl_err *e);
void hl_features_close(hl_features *f); /* safe on a zeroed or closed one */

#endif

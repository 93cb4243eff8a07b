/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What files of images and files of features have in common: one row a sample. Such a file holds
 * two tensors: "manifest" U8 [bytes], the text of manifest.h, and the payload, named like the
 * file's kind, whose row i belongs to sample i:
 *
 *   hilum.kind = images:    "images"   U8 [N, H, W, C]
 *   hilum.kind = features:  "features" F32, F16 or BF16 [N, D]
 *
 * and the metadata hilum.classes (JSON list of names, number = index), hilum.feature_space,
 * hilum.provenance.
 */
#ifndef HILUM_DATA_SAMPLE_FILE_H
#define HILUM_DATA_SAMPLE_FILE_H

#include "base/error.h"
#include "data/feature_space.h"
#include "data/manifest.h"
#include "format/tensorfile.h"

#include <stddef.h>
#include <stdint.h>

/* ---- reading ---- */

typedef struct hl_samples {
    hl_manifest manifest; /* the samples; their cls counts in `classes` below */
    char **classes;       /* owned */
    size_t nclasses;
    hl_feature_space space;
    const char *chain;             /* owned by the reader, or joined */
    char *joined;                  /* owned; see override.h */
    char override[HL_DIGEST_SIZE]; /* of the manifest that the subsets are of; "": of this file */
    hl_tensor_desc payload;        /* a copy; its name is owned by the reader */
    size_t n;                      /* N, at least 1 */
    size_t row_bytes;              /* of the payload */
    hl_tf_reader *file;            /* stands at the first row */
} hl_samples;

/* path NULL or "-": standard input. On failure nothing is left open. */
int hl_samples_open(hl_samples *s, const char *path, const char *kind, hl_err *e);
void hl_samples_close(hl_samples *s); /* safe on a zeroed or closed one */

/* ---- writing ---- */

/* Starts such a file: header and manifest are written, the rows of the payload are to follow.
 * payload->name must be the kind; classes as in hilum.classes. digest: of the data, from
 * hl_samples_digest; NULL where it is not known yet (see hl_tf_create_stated). */
int hl_samples_create(hl_tf_writer **w, const char *path, const hl_manifest *m,
                      char *const *classes, size_t nclasses, const hl_feature_space *space,
                      const char *chain, const hl_tensor_desc *payload, const char *digest,
                      hl_err *e);

/* Begins the digest of such a file's data, to which all rows of the payload must be added. */
hl_sha256 *hl_samples_digest(const hl_manifest *m);

#endif

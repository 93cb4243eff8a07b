/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common format of image files and feature files: one row per sample. Such a file holds two
 * tensors, "manifest" U8 [bytes] (the text of manifest.h) and the payload, named like the kind of
 * the file, whose row i belongs to sample i:
 *
 *   hilum.kind = images:    "images"   U8 [N, H, W, C]
 *   hilum.kind = features:  "features" F32, F16 or BF16 [N, D]
 *
 * and the metadata hilum.classes (JSON list of names, number = index), hilum.feature_space,
 * hilum.provenance. A file of some rows of a manifest is a shard (shard.h) and has two more
 * tensors between the two.
 */
#ifndef HILUM_DATA_SAMPLE_FILE_H
#define HILUM_DATA_SAMPLE_FILE_H

#include "base/error.h"
#include "data/feature_space.h"
#include "data/manifest.h"
#include "data/shard.h"
#include "format/tensorfile.h"

#include <stddef.h>
#include <stdint.h>

/* ---- reading ---- */

typedef struct hl_samples {
    hl_manifest manifest; /* the samples; cls is an index into `classes` below */
    char **classes;       /* [nclasses], owned */
    size_t nclasses;
    hl_feature_space feature_space;
    const char *provenance;        /* provenance; owned by `file` or `joined` */
    char *joined;                  /* owned; see subset_override.h */
    char override[HL_DIGEST_SIZE]; /* digest of the manifest that overrides the subsets, or "" */
    hl_tensor_desc payload;        /* its name is owned by `file` */
    hl_shard shard;                /* shard.n is 0 if the file is not a shard */
    size_t n;                      /* samples, at least 1 unless it is a shard */
    size_t row_bytes;              /* of the payload */
    hl_tf_reader *file;            /* positioned at the first row */
} hl_samples;

/* Opens a file and reads everything above the payload. kind: "images" or "features"; path NULL or
 * "-" is standard input. On failure nothing is left open. */
int hl_samples_open(hl_samples *s, const char *path, const char *kind, hl_err *e);
void hl_samples_close(hl_samples *s); /* safe on a zeroed or closed one */

/* ---- writing ---- */

/* Starts a file: writes the header and the manifest; the caller writes the rows of the payload to
 * *w. payload->name is the kind. shard: NULL or its n is 0 for a whole file. digest: of the data,
 * from hl_samples_digest, or NULL if it is not known yet (see hl_tf_create_stated). */
int hl_samples_create(hl_tf_writer **w, const char *path, const hl_manifest *m,
                      char *const *classes, size_t nclasses, const hl_feature_space *feature_space,
                      const char *provenance, const hl_tensor_desc *payload, const hl_shard *shard,
                      const char *digest, hl_err *e);

/* Starts the digest of a file's data; the caller adds all rows of the payload. */
hl_sha256 *hl_samples_digest(const hl_manifest *m, const hl_shard *shard);

#endif

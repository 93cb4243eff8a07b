/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fingerprints of all images of a manifest.
 *
 *   const hl_fingerprint_options o = {.root = manifest.root, .cache = NULL, .jobs = 8};
 *   hl_fingerprint *f = hl_calloc(manifest.n, sizeof *f);
 *   if (hl_fingerprint_set_read(f, &manifest, &o, &err)) ...
 */
#ifndef HILUM_DEDUP_FINGERPRINT_SET_H
#define HILUM_DEDUP_FINGERPRINT_SET_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "dedup/fingerprint.h"

#include <stddef.h>

typedef struct hl_fingerprint_options {
    const char *root;  /* where relative paths start; "" is the current folder */
    const char *cache; /* folder of the cache, created if it does not exist; NULL for no cache */
    hl_window window;  /* of DICOM files */
    int jobs;          /* threads */
} hl_fingerprint_options;

/* Fills f, [m->n]. A file that cannot be read or decoded is no failure: its fingerprint has a
 * `why`. A damaged cache is ignored with a warning; one that cannot be written is an error. */
int hl_fingerprint_set_read(hl_fingerprint *f, const hl_manifest *m,
                            const hl_fingerprint_options *options, hl_err *e);

/* Frees the contents of f, not f itself. */
void hl_fingerprint_set_free(hl_fingerprint *f, size_t n);

/* Digest of all files that could be read: for each, path, a zero byte and SHA-256 of the file. */
void hl_fingerprint_set_digest(const hl_fingerprint *f, const hl_manifest *m,
                               char text[HL_DIGEST_SIZE]);

#endif

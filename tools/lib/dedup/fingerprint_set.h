/* SPDX-License-Identifier: BSD-2-Clause */
/* The fingerprints of all images of a manifest. */
#ifndef HILUM_DEDUP_FINGERPRINT_SET_H
#define HILUM_DEDUP_FINGERPRINT_SET_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "dedup/fingerprint.h"

#include <stddef.h>

typedef struct hl_fingerprint_options {
    const char *root; /* where relative paths start; "" is the current folder */
    const char
        *cache; /* folder of what is known from the last time, made if it is not there; or NULL */
    int jobs;   /* threads */
} hl_fingerprint_options;

/* One for each sample of a manifest. A file that cannot be read or decoded is no failure: it has a
 * `why`. Neither is a damaged cache, of which there is a warning; one that cannot be written is. */
int hl_fingerprint_set_read(hl_fingerprint *f, const hl_manifest *m,
                            const hl_fingerprint_options *how, hl_err *e);
void hl_fingerprint_set_free(hl_fingerprint *f, size_t n); /* what they own, not the array */

/* Over all files that could be read: path, a zero byte, the SHA-256 of the file. */
void hl_fingerprint_set_digest(const hl_fingerprint *f, const hl_manifest *m,
                               char text[HL_DIGEST_SIZE]);

#endif

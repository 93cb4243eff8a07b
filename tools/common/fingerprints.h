/* SPDX-License-Identifier: BSD-2-Clause */
/* The fingerprints of all images of a manifest. */
#ifndef HL_FINGERPRINTS_H
#define HL_FINGERPRINTS_H

#include "digest.h"
#include "error.h"
#include "fingerprint.h"
#include "manifest.h"

#include <stddef.h>

/* One for each sample of a manifest, read on `jobs` threads. A file that cannot be read or decoded
 * is no failure: it has a `why`. */
int hl_fingerprints_read(hl_fingerprint *f, const hl_manifest *m, const char *root, int jobs,
                         hl_err *e);
void hl_fingerprints_free(hl_fingerprint *f, size_t n); /* what they own, not the array */

/* Over all files that could be read: path, a zero byte, the SHA-256 of the file. */
void hl_fingerprints_digest(const hl_fingerprint *f, const hl_manifest *m,
                            char text[HL_DIGEST_SIZE]);

#endif

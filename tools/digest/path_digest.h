/* SPDX-License-Identifier: BSD-2-Clause */
/* The digest of a file or of everything in a folder. */
#ifndef HILUM_DIGEST_PATH_DIGEST_H
#define HILUM_DIGEST_PATH_DIGEST_H

#include "base/error.h"
#include "base/sha256.h"

typedef struct digest_options {
    const char *cache; /* folder of the caches, which exists; NULL: none */
    int jobs;          /* threads */
} digest_options;

/* For a file, the SHA-256 of its bytes; for a folder, that of the names and digests of all files in
 * it and below. Dates do not count. Updates the cache of the path. */
int digest_path(const char *path, const digest_options *o, char text[HL_DIGEST_SIZE], hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fingerprints from the last time, so that images that did not change since (file_state.h) are not
 * read again. Only those of files that hold a picture are kept.
 *
 * On disk it is a tensor file of kind "fingerprints" with a row for each file in every tensor, and
 * in its metadata what made them. What another version made is not known any more.
 */
#ifndef HILUM_DEDUP_FINGERPRINT_CACHE_H
#define HILUM_DEDUP_FINGERPRINT_CACHE_H

#include "base/error.h"
#include "dedup/fingerprint.h"
#include "sys/file_stamp.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_known_fingerprint hl_known_fingerprint;

typedef struct hl_fingerprint_cache {
    hl_known_fingerprint *rows;
    size_t n, cap;
} hl_fingerprint_cache;

/* A file that is not there, and one that another version made, is an empty cache; a damaged one is
 * an error, and empty as well. */
int hl_fingerprint_cache_read(hl_fingerprint_cache *c, const char *path, hl_err *e);
int hl_fingerprint_cache_write(const hl_fingerprint_cache *c, const char *path, hl_err *e);
/* f has a picture, and its file had this state. */
void hl_fingerprint_cache_add(hl_fingerprint_cache *c, const hl_file_stamp *s,
                              const hl_fingerprint *f);
/* Before it is asked or written; of several rows of one state, one stays. */
void hl_fingerprint_cache_sort(hl_fingerprint_cache *c);
/* Fills f, or returns false if the cache does not know the file. */
bool hl_fingerprint_cache_find(const hl_fingerprint_cache *c, const hl_file_stamp *s,
                               hl_fingerprint *f);
void hl_fingerprint_cache_free(hl_fingerprint_cache *c);

/* What a fingerprint depends on beside the file: versions of the code and of libraries, each with a
 * semicolon behind it. It stands as hilum.made-by in the metadata. The caller frees. */
char *hl_fingerprint_cache_makers(void);

#endif

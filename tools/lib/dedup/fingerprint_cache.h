/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cache of fingerprints: images that have not changed since the last run (file_stamp.h) are not
 * read again. It holds files that could be decoded.
 *
 * On disk it is a tensor file of kind "fingerprints"; every tensor has a row for each file, and the
 * metadata state the versions of the programs and libraries that made them. A cache made by other
 * versions counts as empty.
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

/* Reads a cache. A missing file, or one made by other versions, gives an empty cache. A damaged
 * file is an error; c is empty then, too. */
int hl_fingerprint_cache_read(hl_fingerprint_cache *c, const char *path, hl_err *e);

/* Writes a sorted cache. */
int hl_fingerprint_cache_write(const hl_fingerprint_cache *c, const char *path, hl_err *e);

/* Adds the fingerprint of a decoded image whose file has this stamp. Sort before the next find or
 * write. */
void hl_fingerprint_cache_add(hl_fingerprint_cache *c, const hl_file_stamp *s,
                              const hl_fingerprint *f);

/* Sorts by file stamp and keeps one fingerprint of each. */
void hl_fingerprint_cache_sort(hl_fingerprint_cache *c);

/* Fills f; false if the sorted cache has no file with this stamp. */
bool hl_fingerprint_cache_find(const hl_fingerprint_cache *c, const hl_file_stamp *s,
                               hl_fingerprint *f);
void hl_fingerprint_cache_free(hl_fingerprint_cache *c);

/* Everything besides the file on which a fingerprint depends, as stored in hilum.made-by: versions
 * of code and libraries, each followed by a semicolon. The caller frees. */
char *hl_fingerprint_cache_makers(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cache of file digests, so that unchanged files (file_stamp.h) are not read again.
 *
 * On disk it is a table: "#hilum-digests 1", the columns inode, bytes, mtime, ctime (nanoseconds)
 * and digest, and a row for each file.
 */
#ifndef HILUM_DIGEST_CACHE_H
#define HILUM_DIGEST_CACHE_H

#include "base/error.h"
#include "base/sha256.h"
#include "sys/file_stamp.h"

#include <stddef.h>

typedef struct digest_cached_file {
    hl_file_stamp stamp;
    char digest[HL_DIGEST_SIZE];
} digest_cached_file;

typedef struct digest_cache {
    digest_cached_file *rows; /* sorted by stamp after digest_cache_sort */
    size_t n, cap;
} digest_cache;

/* Reads and sorts the cache at path. A missing file is an empty cache; a damaged one an error. */
int digest_cache_read(digest_cache *c, const char *path, hl_err *e);
int digest_cache_write(const digest_cache *c, const char *path, hl_err *e);
void digest_cache_add(digest_cache *c, const hl_file_stamp *s, const char *digest);
void digest_cache_sort(digest_cache *c); /* before digest_cache_find and digest_cache_write */
/* The digest of the file with this stamp, owned by the cache, or NULL. */
const char *digest_cache_find(const digest_cache *c, const hl_file_stamp *s);
void digest_cache_free(digest_cache *c);

#endif

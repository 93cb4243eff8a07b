/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests of files from the last time, so that what did not change is not read again
 * (file_state.h).
 *
 * On disk it is a table: "#hilum-digests 1", the columns inode, bytes, mtime, ctime (nanoseconds)
 * and digest, a row for each file.
 */
#ifndef HILUM_DIGEST_CACHE_H
#define HILUM_DIGEST_CACHE_H

#include "base/error.h"
#include "base/sha256.h"
#include "sys/file_stamp.h"

#include <stddef.h>

typedef struct digest_cached_file {
    hl_file_stamp state;
    char digest[HL_DIGEST_SIZE];
} digest_cached_file;

typedef struct digest_cache {
    digest_cached_file *rows;
    size_t n, cap;
} digest_cache;

/* A file that is not there is an empty cache; a damaged one is an error. */
int digest_cache_read(digest_cache *c, const char *path, hl_err *e);
int digest_cache_write(const digest_cache *c, const char *path, hl_err *e);
void digest_cache_add(digest_cache *c, const hl_file_stamp *s, const char *digest);
void digest_cache_sort(digest_cache *c); /* before it is asked or written */
/* The digest, or NULL if the cache does not know the file. */
const char *digest_cache_find(const digest_cache *c, const hl_file_stamp *s);
void digest_cache_free(digest_cache *c);

#endif

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

typedef struct hl_cached {
    hl_file_state state;
    char digest[HL_DIGEST_SIZE];
} hl_cached;

typedef struct hl_cache {
    hl_cached *rows;
    size_t n, cap;
} hl_cache;

/* A file that is not there is an empty cache; a damaged one is an error. */
int hl_cache_read(hl_cache *c, const char *path, hl_err *e);
int hl_cache_write(const hl_cache *c, const char *path, hl_err *e);
void hl_cache_add(hl_cache *c, const hl_file_state *s, const char *digest);
void hl_cache_sort(hl_cache *c); /* before it is asked or written */
/* The digest, or NULL if the cache does not know the file. */
const char *hl_cache_find(const hl_cache *c, const hl_file_state *s);
void hl_cache_free(hl_cache *c);

#endif

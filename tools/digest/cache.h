/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests of files from the last time, so that what did not change is not read again. A file is
 * known again by its inode, its size and its two dates; the date of the last change of the inode
 * (ctime) is set by the kernel alone, so a file that was written to and given its old size and
 * date is not.
 *
 * On disk it is a table: "#hilum-digests 1", the columns inode, bytes, mtime, ctime (nanoseconds)
 * and digest, a row for each file.
 */
#ifndef HL_DIGEST_CACHE_H
#define HL_DIGEST_CACHE_H

#include "../common/digest.h"
#include "../common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

typedef struct hl_file_state {
    int64_t inode, bytes, mtime, ctime;
} hl_file_state;

typedef struct hl_cached {
    hl_file_state state;
    char digest[HL_DIGEST_SIZE];
} hl_cached;

typedef struct hl_cache {
    hl_cached *rows;
    size_t n, cap;
} hl_cache;

hl_file_state hl_file_state_of(const struct stat *st);

/*
 * Whether a file that was seen in this state at the time `now` (nanoseconds) may be known again by
 * it. Dates have steps of some milliseconds, on some file systems of 2 seconds: a file that
 * changed less than that ago can change once more without a new date.
 */
bool hl_file_state_is_settled(const hl_file_state *s, int64_t now);

/* A file that is not there is an empty cache; a damaged one is an error. */
int hl_cache_read(hl_cache *c, const char *path, hl_err *e);
int hl_cache_write(const hl_cache *c, const char *path, hl_err *e);
void hl_cache_add(hl_cache *c, const hl_file_state *s, const char *digest);
void hl_cache_sort(hl_cache *c); /* before it is asked or written */
/* The digest, or NULL if the cache does not know the file. */
const char *hl_cache_find(const hl_cache *c, const hl_file_state *s);
void hl_cache_free(hl_cache *c);

#endif

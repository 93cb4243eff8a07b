/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scratch space: bytes that are written once and, when all of them are there, read back once. Up to
 * 16 MiB stay in memory; more go to a file without a name, which is gone when the process ends,
 * however it ends.
 *
 *   hl_scratch s;
 *   hl_scratch_open(&s, bytes, folder, &e);
 *   hl_scratch_write(&s, data, n, &e);         // until `bytes` have been written
 *   hl_scratch_rewind(&s, &e);
 *   hl_scratch_read(&s, buffer, n, &e);        // the same bytes again
 *   hl_scratch_close(&s);
 *
 * Errors name the folder or "temporary file".
 */
#ifndef HILUM_SYS_SCRATCH_H
#define HILUM_SYS_SCRATCH_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { HL_SCRATCH_IN_MEMORY = 1 << 24 }; /* largest size kept in memory, in bytes */

typedef struct hl_scratch {
    char *memory; /* [bytes], owned; NULL if a file is used */
    FILE *fp;
    size_t at; /* position in memory */
} hl_scratch;

/* folder: where to create the file; NULL: TMPDIR, or /tmp. Disk space for all bytes is reserved
 * now, if the file system can do that, so that a full disk is noticed before the work is done. */
int hl_scratch_open(hl_scratch *s, uint64_t bytes, const char *folder, hl_err *e);
/* Writing more than `bytes` in total is the caller's mistake. */
int hl_scratch_write(hl_scratch *s, const void *data, size_t n, hl_err *e);
int hl_scratch_rewind(hl_scratch *s, hl_err *e);
int hl_scratch_read(hl_scratch *s, void *data, size_t n, hl_err *e);
/* Reads n bytes from position `at`, in any order and from several threads, once all bytes have been
 * written and hl_scratch_rewind was called. */
int hl_scratch_read_at(const hl_scratch *s, uint64_t at, void *data, size_t n, hl_err *e);
/* Says that these bytes are about to be read, so that the disk can begin. */
void hl_scratch_expect(const hl_scratch *s, uint64_t at, size_t n);
void hl_scratch_close(hl_scratch *s); /* s may be zeroed or closed */

/* A file without a name, open for reading and writing; NULL on failure. folder: as above. */
FILE *hl_scratch_file(const char *folder, hl_err *e);

#endif

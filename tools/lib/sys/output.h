/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output that appears complete or not at all. A file is written under a temporary name next to its
 * final one, synced and renamed on commit; an error, an exit or a signal before that removes it
 * (temp_files.h). Standard output, a device or a pipe is flushed and closed on commit, and a
 * failure of either is an error. A symbolic link is kept, and the file that it points to is
 * replaced.
 *
 *   hl_out o;
 *   if (hl_out_open(&o, path, false, e))
 *       return -1;
 *   fprintf(o.fp, "%s\n", text);
 *   return hl_out_commit(&o, e);
 */
#ifndef HILUM_SYS_OUTPUT_H
#define HILUM_SYS_OUTPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct hl_out {
    FILE *fp;
    const char *name;  /* for messages: the path, or "standard output" */
    char *path, *temp; /* NULL for standard output */
    bool exchanged;    /* during hl_out_commit_all: temp names the file that was there before */
} hl_out;

/* path NULL or "-": standard output. Refuses to write binary output to a terminal. */
int hl_out_open(hl_out *o, const char *path, bool binary, hl_err *e);
int hl_out_commit(hl_out *o, hl_err *e); /* aborts on failure */

/* Commits the outputs of one tool together: all of them appear, or none does and what was there
 * before is kept. Pipes and standard output come after the files, because bytes sent to them cannot
 * be taken back. Aborts all on failure. */
int hl_out_commit_all(hl_out *const *outs, size_t n, hl_err *e);

/* Fails where hl_out_open would, and leaves no trace. Does not open a pipe or a device, whose
 * reader would take that for the complete output. */
int hl_out_try(const char *path, bool binary, hl_err *e);

/* Starts writing back the bytes so far, while more are computed; otherwise the disk is idle until
 * the commit. */
int hl_out_push(hl_out *o, hl_err *e);
void hl_out_abort(hl_out *o); /* o may be zeroed or committed */

/* Writes a small file of len bytes in one call. */
int hl_out_write_file(const char *path, const void *bytes, size_t len, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output that is whole or not there. A named file is written beside its final name, synced and
 * renamed on commit; an exit, an error or a signal before that removes it. Standard output is
 * flushed and closed on commit, and a failure of either is an error; so is a device or a pipe that
 * is named. A symbolic link stays, and the file that it names is replaced.
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
    bool exchanged;    /* while several are committed: temp names the file that was there before */
} hl_out;

/* path NULL or "-": standard output. Binary output to a terminal is refused. */
int hl_out_open(hl_out *o, const char *path, bool binary, hl_err *e);
int hl_out_commit(hl_out *o, hl_err *e);

/* Commits the outputs of one tool together: all of them appear, or none does and what was there
 * before stays. Pipes and standard output come after the files, for nothing is taken back from
 * them. All are aborted on failure. */
int hl_out_commit_all(hl_out *const *outs, size_t n, hl_err *e);

/* Fails where hl_out_open would, and leaves no trace. A pipe or a device is not opened: a reader
 * would take that for the whole output. */
int hl_out_try(const char *path, bool binary, hl_err *e);

/* What was written so far may go to the disk, while more is made. Otherwise all of it waits for the
 * commit. */
int hl_out_push(hl_out *o, hl_err *e);
void hl_out_abort(hl_out *o); /* safe on a zeroed or committed one */

/* A signal handler that removes unfinished output and then dies of the signal; for tools that
 * handle a signal themselves at first. */
void hl_out_on_signal(int sig);

/* Writes len bytes as one whole file; a text shortcut for small outputs. */
int hl_out_write_file(const char *path, const void *bytes, size_t len, hl_err *e);

#endif

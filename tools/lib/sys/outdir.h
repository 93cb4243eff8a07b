/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An output folder that appears complete or not at all: files are written to a temporary folder
 * next to the final name; commit syncs and renames it, abort removes it.
 *
 *   hl_outdir o;
 *   hl_outdir_open(&o, path, &e);
 *   hl_outdir_write(&o, "table.tsv", text, len, &e);
 *   hl_outdir_commit(&o, replace, &e);
 *
 * While a folder is open, a signal (hang-up, interrupt, terminate) only sets a flag: the tool asks
 * hl_outdir_interrupted between two steps, and abort then ends the process by that signal. A
 * second signal of the same kind ends it at once.
 */
#ifndef HILUM_SYS_OUTDIR_H
#define HILUM_SYS_OUTDIR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_outdir {
    char *path, *temp; /* final and temporary name */
} hl_outdir;

/* How a tool recognises the folders that it has written. */
typedef struct hl_outdir_kind {
    const char *what;                  /* for messages, e.g. "a set of phantoms" */
    const char *card;                  /* name of a file that each of them contains */
    bool (*is_card)(const char *path); /* whether the file of that name was written by the tool */
    bool (*is_own)(const char *name);  /* whether an entry of that name belongs to such a folder */
} hl_outdir_kind;

/* Refuses a folder that exists unless it is empty or of this kind, so that no one else's files are
 * removed. *replace is to be passed to hl_outdir_commit. */
int hl_outdir_check(const char *path, const hl_outdir_kind *kind, bool *replace, hl_err *e);

/* The check before the work: fails where hl_outdir_check or hl_outdir_open would. Leaves no
 * trace. */
int hl_outdir_try(const char *path, const hl_outdir_kind *kind, hl_err *e);

int hl_outdir_open(hl_outdir *o, const char *path, hl_err *e);

/* Create a subfolder or a file; name is relative to the folder. */
int hl_outdir_mkdir(const hl_outdir *o, const char *name, hl_err *e);
int hl_outdir_write(const hl_outdir *o, const char *name, const void *bytes, size_t len, hl_err *e);

/* Gives the folder its final name. With `replace`, a folder of that name is removed once the new
 * one is in place; without it, only an empty folder is replaced. Aborts on failure. */
int hl_outdir_commit(hl_outdir *o, bool replace, hl_err *e);
void hl_outdir_abort(hl_outdir *o); /* o may be zeroed or committed */

bool hl_outdir_interrupted(void);

#endif

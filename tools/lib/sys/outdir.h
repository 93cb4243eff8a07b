/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder of results that is whole or not there: files are written into a temporary folder beside
 * the final name, which commit syncs and renames. Abort removes it.
 *
 * A signal (hang-up, interrupt, terminate) only sets a flag while a folder is open: a tool asks
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

/* What a tool's own folders look like. */
typedef struct hl_outdir_kind {
    const char *what;                  /* for messages, e.g. "a set of phantoms" */
    const char *card;                  /* name of the file that each of them has */
    bool (*is_card)(const char *path); /* whether a file of that name is this tool's */
    bool (*is_own)(const char *name);  /* whether a folder of this kind has such an entry */
} hl_outdir_kind;

/* A folder that exists must be empty or of this kind, or it is refused: nobody's files are removed.
 * *replace is what to tell hl_outdir_commit. */
int hl_outdir_check(const char *path, const hl_outdir_kind *kind, bool *replace, hl_err *e);

/* Before the work: as hl_outdir_check, and fails where hl_outdir_open would. Leaves no trace. */
int hl_outdir_try(const char *path, const hl_outdir_kind *kind, hl_err *e);

int hl_outdir_open(hl_outdir *o, const char *path, hl_err *e);
int hl_outdir_mkdir(const hl_outdir *o, const char *name, hl_err *e);
int hl_outdir_write(const hl_outdir *o, const char *name, const void *bytes, size_t len, hl_err *e);

/* replace: a folder that already has the final name is removed once the new one stands there;
 * without it only an empty one is. */
int hl_outdir_commit(hl_outdir *o, bool replace, hl_err *e);
void hl_outdir_abort(hl_outdir *o); /* safe on a zeroed or committed one */

bool hl_outdir_interrupted(void);

#endif

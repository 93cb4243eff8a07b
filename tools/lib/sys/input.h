/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and standard input, opened for reading. No file that an output of this process replaces
 * can be opened (path.h). */
#ifndef HILUM_SYS_INPUT_H
#define HILUM_SYS_INPUT_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

/* Opens path (NULL or "-": standard input) for reading. */
FILE *hl_in_open(const char *path, const char **name, hl_err *e);

/* The same for a name that comes from data: "-" is a file of that name. Only a file is opened, for
 * a device may never end and a pipe never begin. */
FILE *hl_in_open_file(const char *path, hl_err *e);

/* For a file that is read more than once, which no pipe allows: fails for all but regular files. */
int hl_in_check_regular(const char *path, hl_err *e);

/* Reads all of fp, at most max bytes, NUL-terminated; *data is the caller's to free. */
int hl_in_read_all(FILE *fp, const char *name, size_t max, char **data, size_t *len, hl_err *e);

#endif

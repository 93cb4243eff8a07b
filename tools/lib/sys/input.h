/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens files and standard input for reading; refuses a file that an output of this process is
 * about to replace (path.h). */
#ifndef HILUM_SYS_INPUT_H
#define HILUM_SYS_INPUT_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

/* Opens path (NULL or "-": standard input). *name is what messages should call it. NULL on
 * failure. */
FILE *hl_in_open(const char *path, const char **name, hl_err *e);

/* Opens a file whose name comes from data: "-" is a file of that name, and devices and pipes are
 * refused, because reading them might never end or never begin. NULL on failure. */
FILE *hl_in_open_file(const char *path, hl_err *e);

/* Fails unless path is a regular file; for a file that is read more than once, which a pipe does
 * not allow. */
int hl_in_check_regular(const char *path, hl_err *e);

/* Reads fp to its end and appends a NUL; fails for more than max bytes. The caller frees *data. */
int hl_in_read_all(FILE *fp, const char *name, size_t max, char **data, size_t *len, hl_err *e);

#endif

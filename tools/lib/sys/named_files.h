/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a command line names, checked before the work: no output replaces another output
 * or an input, whatever their names look like, and each output is one that can be written.
 *
 *   hl_files f = {0};
 *   hl_files_read(&f, "HEAD", argv[first]);
 *   hl_files_write(&f, "--predictions", predictions, HL_TEXT);
 *   hl_files_write(&f, "--output", hl_or_standard(output), HL_TEXT);
 *   if (hl_files_check(&f, &err)) ...
 *
 * A path NULL is an option that was not given and is ignored; "-" is standard input or output.
 */
#ifndef HILUM_SYS_NAMED_FILES_H
#define HILUM_SYS_NAMED_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { HL_TEXT, HL_BINARY } hl_file_kind; /* a terminal takes text only */

typedef struct hl_named_file {
    const char *name; /* of the option or operand, for messages */
    const char *path;
    bool is_output;
    bool is_updated; /* an output that the tool itself has written and reads again */
    hl_file_kind kind;
} hl_named_file;

typedef struct hl_files {
    hl_named_file *list;
    size_t n, cap;
} hl_files;

/* The path, or "-" for an operand or option that may be left out. */
const char *hl_or_standard(const char *path);

void hl_files_read(hl_files *f, const char *name, const char *path);
void hl_files_read_all(hl_files *f, const char *name, char *const *paths, size_t n);
void hl_files_write(hl_files *f, const char *name, const char *path, hl_file_kind kind);
/* A binary output that is also read, such as a checkpoint. */
void hl_files_update(hl_files *f, const char *name, const char *path);

/* Exits with 2 where an output is also another output or an input; then fails where an output
 * cannot be written. Pipes and devices are not opened for that. Frees the list. From here on no
 * file that an output replaces can be opened as an input. */
int hl_files_check(hl_files *f, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input and output files named on the command line, checked before any work is done: no output
 * may replace an input or another output, by whatever name, and every output must be writable.
 *
 *   hl_files f = {0};
 *   hl_files_read(&f, "HEAD", argv[first]);
 *   hl_files_write(&f, "--predictions", predictions, HL_TEXT);
 *   hl_files_write(&f, "--output", hl_or_standard(output), HL_TEXT);
 *   if (hl_files_check(&f, &err)) ...
 *
 * A NULL path (an option that was not given) is ignored; "-" is standard input or output.
 */
#ifndef HILUM_SYS_NAMED_FILES_H
#define HILUM_SYS_NAMED_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { HL_TEXT, HL_BINARY } hl_file_kind; /* binary output is never sent to a terminal */

typedef struct hl_named_file {
    const char *name; /* option or operand, for messages */
    const char *path;
    bool is_output;
    bool is_updated; /* an output that is read as well */
    hl_file_kind kind;
} hl_named_file;

typedef struct hl_files {
    hl_named_file *list;
    size_t n, cap;
} hl_files;

/* The path, or "-" if it is NULL: for options that default to standard input or output. */
const char *hl_or_standard(const char *path);

/* Add an input, several inputs, an output. */
void hl_files_read(hl_files *f, const char *name, const char *path);
void hl_files_read_all(hl_files *f, const char *name, char *const *paths, size_t n);
void hl_files_write(hl_files *f, const char *name, const char *path, hl_file_kind kind);
/* Adds a binary output that is read as well, such as a checkpoint. */
void hl_files_update(hl_files *f, const char *name, const char *path);

/* Checks and frees the list. Exits with 2 (wrong usage) if two outputs, or an output and an input,
 * are one file; fails if an output cannot be written (pipes and devices are not opened to find
 * out). From then on, opening a file that an output will replace fails. */
int hl_files_check(hl_files *f, hl_err *e);

#endif

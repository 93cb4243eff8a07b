/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A strict reader of CSV (RFC 4180): fields are separated by commas, records by CR LF or LF (or CR
 * CR LF, which is CR LF that was written as text); a
 * field in double quotes may contain commas, line ends and doubled quotes. The first record names
 * the columns, and every record must have as many fields. If it has more semicolons or more tabs
 * than commas, or a line "sep=;" comes before it, these separate the fields. A UTF-8 byte order
 * mark, empty lines and records of blanks only are skipped. An error names the line on which the
 * record starts.
 *
 *   split_csv c;
 *   bool more;
 *   if (split_csv_open(&c, "labels.csv", text, len, e) == 0)
 *       while (split_csv_next(&c, &more, e) == 0 && more)
 *           puts(c.fields[0]);
 *   split_csv_close(&c);
 */
#ifndef HILUM_SPLIT_CSV_H
#define HILUM_SPLIT_CSV_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_csv {
    const char *name; /* for messages */
    char *at, *end;   /* the text that is not read yet */
    size_t line;      /* on which the current record starts, from 1 */
    size_t next_line;
    char separator;           /* , ; or tab */
    char **columns, **fields; /* [ncolumns] pointers into the text */
    size_t ncolumns;
} split_csv;

/* Reads a file, or standard input where path is "-", for split_csv_open; the caller frees *text.
 * Fails where it is in another format, which the message names. */
int split_csv_read(const char *path, char **text, size_t *len, hl_err *e);

/* Reads the line of column names. text (len bytes, followed by a NUL) is changed in place; the
 * fields of all records point into it. name is for messages. On failure nothing is left open. */
int split_csv_open(split_csv *c, const char *name, char *text, size_t len, hl_err *e);

/* Reads the next record into c->fields; *more is false after the last one. */
int split_csv_next(split_csv *c, bool *more, hl_err *e);

/* Index of the column of this name, or -1. */
int split_csv_column(const split_csv *c, const char *column);

void split_csv_close(split_csv *c); /* safe on a zeroed or closed one; the text is the caller's */

#endif

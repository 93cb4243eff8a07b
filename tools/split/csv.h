/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading of CSV as RFC 4180 has it, strictly: fields are separated by commas, records by CR LF or
 * LF; a field in double quotes may hold commas, line ends and quotes (doubled). The first record
 * names the columns, and each record has as many fields. A UTF-8 byte order mark is skipped, and
 * so are empty lines. An error names the line on which the record starts.
 */
#ifndef HILUM_SPLIT_CSV_H
#define HILUM_SPLIT_CSV_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_csv {
    const char *name; /* for messages */
    char *at, *end;   /* what is not read yet */
    size_t line;      /* where the current record starts, from 1 */
    size_t next_line;
    char **columns, **fields; /* pointers into the text */
    size_t ncolumns;
} split_csv;

/* Reads the header. text (len bytes, and a NUL after them) is changed in place and must outlive
 * the reader; so the fields of all records stay valid as long as it does. */
int split_csv_open(split_csv *c, const char *name, char *text, size_t len, hl_err *e);

/* The next record is in c->fields; *more is false when there is none. */
int split_csv_next(split_csv *c, bool *more, hl_err *e);

/* Index of a column, or -1. */
int split_csv_column(const split_csv *c, const char *column);

void split_csv_close(split_csv *c); /* does not free the text */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table as text: lines "#key<TAB>value" for origin and people, one line of column names, then
 * rows. Fields are escaped as in hl_tsv_escape and come out unescaped. What a tool wrote ends in a
 * seal, see seal.h, and is refused where a byte has changed, or where it states its provenance,
 * "#chain", and the seal is not there. Lines may end in CR LF, and a UTF-8 byte order mark is
 * skipped.
 */
#ifndef HILUM_FORMAT_TSV_H
#define HILUM_FORMAT_TSV_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_tsv {
    char *name; /* of the file, for messages */
    char *text; /* what everything below points into */
    char **comments;
    size_t ncomments;
    char **columns;
    size_t ncolumns;
    char **fields; /* [nrows, ncolumns] */
    size_t nrows;
} hl_tsv;

/* path NULL or "-": standard input. Rejects more columns than predictions can have, rows of another
 * number of fields, repeated column names, a last line without an end. Rows: any number, none too.
 */
int hl_tsv_read(hl_tsv *t, const char *path, hl_err *e);
void hl_tsv_free(hl_tsv *t);

/* Value of the first line "#key<TAB>value", unescaped; NULL if there is none. */
const char *hl_tsv_comment(const hl_tsv *t, const char *key);

/* A first line "#hilum-..." must be of this kind and version, such as "hilum-predictions 1". */
int hl_tsv_check_kind(const hl_tsv *t, const char *kind, hl_err *e);

/* Index of a column that must be there. */
int hl_tsv_column(const hl_tsv *t, const char *name, size_t *column, hl_err *e);
const char *hl_tsv_field(const hl_tsv *t, size_t row, size_t column);

/* Appends s as one field of a TSV line: tab, line feed, carriage return and backslash are written
 * as \t \n \r \\ . hl_tsv_unescape undoes it in place and returns false at a malformed escape. */
void hl_tsv_escape(hl_strbuf *t, const char *s);
bool hl_tsv_unescape(char *s);

#endif

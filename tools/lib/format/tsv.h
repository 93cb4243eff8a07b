/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tab-separated tables: lines "#key<TAB>value" for provenance and readers, one line of column
 * names, then rows. Fields are escaped (hl_tsv_escape), and unescaped on reading. Tables written by
 * a tool end in a checksum line (checksum.h): one whose bytes have changed is refused, and so is
 * one that states its provenance, "#chain", but lacks the checksum. Lines may end in CR LF, and a
 * UTF-8 byte order mark is skipped.
 *
 *   hl_tsv t;
 *   size_t column;
 *   if (hl_tsv_read(&t, path, e))
 *       return -1;
 *   int status = hl_tsv_column(&t, "loss", &column, e);
 *   for (size_t i = 0; status == 0 && i < t.nrows; i++)
 *       use(hl_tsv_field(&t, i, column));
 *   hl_tsv_free(&t);
 */
#ifndef HILUM_FORMAT_TSV_H
#define HILUM_FORMAT_TSV_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_tsv {
    char *name; /* of the file, for messages */
    char *text; /* everything below points into it */
    char **comments;
    size_t ncomments;
    char **columns;
    size_t ncolumns;
    char **fields; /* [nrows, ncolumns] */
    size_t nrows;
} hl_tsv;

/* Reads a file (path NULL or "-": standard input) with any number of rows. Refuses more columns
 * than predictions can have, repeated column names, rows with another number of fields, and a last
 * line without a line feed. */
int hl_tsv_read(hl_tsv *t, const char *path, hl_err *e);
void hl_tsv_free(hl_tsv *t);

/* Value of the first line "#key<TAB>value", unescaped; NULL if there is none. */
const char *hl_tsv_comment(const hl_tsv *t, const char *key);

/* Fails if the first line is "#hilum-..." but not of this kind and version, such as
 * "hilum-predictions 1". */
int hl_tsv_check_kind(const hl_tsv *t, const char *kind, hl_err *e);

/* Finds the index of a required column. */
int hl_tsv_column(const hl_tsv *t, const char *name, size_t *column, hl_err *e);
const char *hl_tsv_field(const hl_tsv *t, size_t row, size_t column);

/* Appends s as one field of a TSV line: tab, line feed, carriage return and backslash become
 * \t \n \r \\ . hl_tsv_unescape undoes that in place and returns false for a malformed escape. */
void hl_tsv_escape(hl_strbuf *t, const char *s);
bool hl_tsv_unescape(char *s);

#endif

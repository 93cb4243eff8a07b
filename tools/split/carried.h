/* SPDX-License-Identifier: BSD-2-Clause */
/* The columns of a label table that go into the manifest as they are: those that --columns names
 * besides image, label, patient and subset. See data/carried_columns.h. */
#ifndef HILUM_SPLIT_CARRIED_H
#define HILUM_SPLIT_CARRIED_H

#include "base/strbuf.h"
#include "columns.h"
#include "data/carried_columns.h"

typedef struct split_carried {
    hl_carried_columns columns;
    int at[HL_MAX_CARRIED]; /* index in the table */
    hl_strbuf texts;        /* of all rows, with a NUL after each */
} split_carried;

/* Takes the names from the roles. Fails where one cannot be that of a carried column. */
int split_carried_name(split_carried *c, const split_pairs *roles, hl_err *e);

/* Finds them in the table, which has all columns that the roles name. */
void split_carried_find(split_carried *c, const split_csv *csv, const split_pairs *roles);

/* Keeps the fields of the current record; *row is for split_carried_text. Fails where a field is
 * not plain text. */
int split_carried_read(split_carried *c, const split_csv *csv, size_t *row, hl_err *e);

/* The text of a row; valid until the next one is read. */
const char *split_carried_text(const split_carried *c, size_t row);
void split_carried_free(split_carried *c); /* safe on a zeroed one */

#endif

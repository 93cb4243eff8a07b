/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carried columns: columns of a label table that no tool needs, such as sex, age or view. They
 * travel with each sample through manifests to predictions and worklists, for analyses of
 * subgroups. Names and values are UTF-8 without control characters; a value may be empty.
 *
 * The values of a sample are kept as text, in the form that they have in a TSV: escaped as in
 * hl_tsv_escape, with a tab between them.
 */
#ifndef HILUM_DATA_CARRIED_COLUMNS_H
#define HILUM_DATA_CARRIED_COLUMNS_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

enum { HL_MAX_CARRIED = 50 };

typedef struct hl_carried_columns {
    char **names; /* [n], owned */
    size_t n;
} hl_carried_columns;

/* Adds a column. Fails where the name is empty or not plain text, appears twice, or is that of a
 * column of manifests, predictions or worklists; and beyond HL_MAX_CARRIED columns. */
int hl_carried_add(hl_carried_columns *c, const char *name, hl_err *e);
void hl_carried_copy(hl_carried_columns *to, const hl_carried_columns *from);
void hl_carried_free(hl_carried_columns *c); /* safe on a zeroed one */

/* Appends one value to the text of a sample, without a tab; fails where it is not plain text.
 * Tabs and line ends are escaped. */
int hl_carried_add_value(hl_strbuf *text, const char *value, hl_err *e);

/* Checks the text of a sample that comes from a file: c->n fields, each escaped as
 * hl_carried_add_value does it. */
int hl_carried_check(const hl_carried_columns *c, const char *text, hl_err *e);

/* The first column in which two texts differ, or NULL. */
const char *hl_carried_differs(const hl_carried_columns *c, const char *a, const char *b);

/* Appends a tab before each name, or the text of a sample after a tab; nothing without columns. */
void hl_carried_format_names(const hl_carried_columns *c, hl_strbuf *t);
void hl_carried_format(const char *text, hl_strbuf *t);

#endif

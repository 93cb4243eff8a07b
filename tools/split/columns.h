/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The columns of a label table, by their roles. Roles are image, label, patient and subset, and any
 * other name, under which the column is carried (see carried.h) and --select may use it:
 *
 *   --columns 'image=Image Index,label=Finding Labels,view=View Position' --select 'view=PA,AP'
 *
 * A role that --columns does not name is the column of that name, if there is one. The path of an
 * image may be in two columns, image=FOLDER/NAME. A table without image lists DICOM files by the
 * first of the roles sop, study and patient that it has.
 */
#ifndef HILUM_SPLIT_COLUMNS_H
#define HILUM_SPLIT_COLUMNS_H

#include "base/error.h"
#include "csv.h"
#include "words.h"

#include <stdbool.h>
#include <stddef.h>

/* ROLE=COLUMN, or a condition COLUMN=VALUE,VALUE. */
typedef struct split_pair {
    char *name, *value;
} split_pair;

typedef struct split_pairs {
    split_pair *items; /* owned, with their text */
    size_t n, cap;
} split_pairs;

/* Parses ROLE=COLUMN,ROLE=COLUMN... A part without '=' belongs to the column before it, whose name
 * has a comma. NULL: no pairs. The caller frees p; on failure it is empty. */
int split_columns_parse(split_pairs *p, const char *text, hl_err *e);

/* Parses NAME=VALUE,VALUE;NAME=VALUE... in the same way. */
int split_conditions_parse(split_pairs *p, const char *text, hl_err *e);
void split_pairs_free(split_pairs *p); /* safe on a zeroed one */

/* What the images of a row are found by: their paths, or what DICOM files say of themselves. */
typedef enum { SPLIT_KEY_IMAGE, SPLIT_KEY_SOP, SPLIT_KEY_STUDY, SPLIT_KEY_PATIENT } split_key;

typedef struct split_columns {
    int image, label, patient, subset; /* index; -1: absent */
    int folder;                        /* of the image, before what the column image holds */
    split_key by;                      /* what the column image holds */
    const char *label_name;            /* of the column; points into the table */
} split_columns;

/* Index of a column, or -1. Names are compared as they are, or else without the blanks that some
 * programs write after commas. */
int split_column_named(const split_csv *csv, const char *name);

/* Fails, with the columns that there are. */
int split_column_missing(const split_csv *csv, const char *name, hl_err *e);

/* Fails where a named column is not there, or image or label are missing. by_path: the label is in
 * the path of the image instead of a column. */
int split_columns_find(split_columns *c, const split_csv *csv, const split_pairs *roles,
                       bool by_path, hl_err *e);

/* The path of the image of the current record where its folder has a column of its own, which the
 * caller frees; else NULL. */
char *split_columns_path(const split_columns *c, const split_csv *csv);

/* An option tells what the column at *at would, which is not used then: sets *at to -1. Fails if
 * --columns names it, too. role: "patient" or "label". */
int split_column_overrule(int *at, const split_csv *csv, const split_pairs *roles, const char *role,
                          const char *option, hl_err *e);

/* The columns of the conditions, in their order, into at[conditions->n]; -1 for a column that the
 * table lacks and DICOM files have. */
int split_conditions_find(int *at, const split_csv *csv, const split_pairs *roles,
                          const split_pairs *conditions, hl_err *e);

/* Whether this is one of the values of the condition. */
bool split_condition_accepts(const split_pair *condition, split_word value);

/* Fails if the condition has a value that is not among those seen in the column, or that is among
 * them in another spelling, too; of: the table or folder, for messages. Sorts `seen`. */
int split_condition_expect_used(const split_pair *condition, split_words *seen, const char *column,
                                const char *of, hl_err *e);

/* Whether the current record meets all conditions. Blanks around a field do not count. The values
 * of the columns are added to seen[conditions->n]. */
bool split_conditions_meet(const split_pairs *conditions, const int *at, split_words *seen,
                           const split_csv *csv);

/* After the last record: fails if a condition has a value that none had, with those that they had.
 */
int split_conditions_expect_used(const split_pairs *conditions, const int *at, split_words *seen,
                                 const split_csv *csv, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists the images of a data set from a table: a CSV with the columns image (see image_index.h) and
 * label (see label_rules.h), and optionally patient and subset, in any order. Options name them
 * where they are called otherwise (see columns.h). Rows of one image with equal labels count once.
 */
#ifndef HILUM_SPLIT_LABELS_H
#define HILUM_SPLIT_LABELS_H

#include "base/error.h"
#include "collect.h"
#include "columns.h"
#include "rules.h"

enum { SPLIT_ROWS_STOP, SPLIT_ROWS_ANY, SPLIT_ROWS_MAJORITY }; /* --rows: unequal labels */
enum { SPLIT_MISSING_STOP, SPLIT_MISSING_SKIP };               /* --missing */

/* Values of the options for tables, as split(1) describes them. */
typedef struct split_table {
    const char *columns, *select, *positive; /* NULL: not given */
    int uncertain, blank;                    /* SPLIT_CELL_STOP ... in label_rules.h */
    int rows, missing;
    split_pairs roles, conditions; /* from columns and select, by split_table_parse */
} split_table;

/* Fails where a list is not as columns.h says, with the name of its option. */
int split_table_parse(split_table *how, hl_err *e);
void split_table_free(split_table *how);

/* Lists the images of the table at path labels ("-": standard input), which are below dir.
 * r->patient is used where the table has no column `patient`; r->exclusion is not used. */
int split_collect_labels(split_collection *c, const char *dir, const char *labels,
                         const split_table *how, split_rules *r, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the cells of a label table to classes. There are three kinds of columns:
 *
 *   findings: all cells are 1 or 0 (also 1.0 and 0.0), -1 for uncertain, or blank. The classes are
 *             "0" and "1" where the column is called label or the positive label is 1, else
 *             "(no NAME)" and "NAME".
 *   labels with a positive one: an image that has that label, alone or among others in the cell, is
 *             of the class of this name; all others are "(no NAME)". Where each cell has one of two
 *             labels, both keep their names.
 *   one label in each cell: the labels are the classes.
 *
 * A name in parentheses is none that a table has, and says that the class is the negative one.
 */
#ifndef HILUM_SPLIT_LABEL_RULES_H
#define HILUM_SPLIT_LABEL_RULES_H

#include "base/error.h"
#include "data/manifest.h"

#include <stdbool.h>
#include <stddef.h>

/* What a cell without an answer means. */
enum { SPLIT_CELL_STOP, SPLIT_CELL_ZERO, SPLIT_CELL_ONE, SPLIT_CELL_DROP };

typedef struct split_label_rules {
    const char *positive;   /* a label, or several with | between them; NULL: none */
    int uncertain, blank;   /* what -1 and what an empty cell mean */
    const char *label_name; /* of the column */
    char *classes[2];       /* negative and positive; owned. NULL: the labels are the classes */
    size_t uncertain_n, blank_n; /* rows that were left out */
} split_label_rules;

/* A row of the table. The strings point into its text. */
typedef struct split_row {
    const char *path;
    char *cell;        /* of the label */
    const char *label; /* class; NULL: the row is left out */
    const char *patient;
    hl_subset subset;
    bool missing; /* the file is not there */
    size_t line;
} split_row;

/* Sets the labels of n rows; table is its name for messages. Fails where a cell has no clear
 * meaning, and where labels differ in case or blanks only. The caller frees r. */
int split_label_rules_apply(split_label_rules *r, split_row *rows, size_t n, const char *table,
                            hl_err *e);
void split_label_rules_free(split_label_rules *r); /* safe on one without classes */

#endif

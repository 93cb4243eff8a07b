/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the cells of a label table to classes. There are three kinds of columns:
 *
 *   findings: all cells are 1 or 0 (also 1.0 and 0.0), -1 for uncertain, or blank. The classes are
 *             "0" and "1" where the column is called label or the positive label is 1, else
 *             "(no NAME)" and "NAME". Other cells among them are an error, unless there is no -1
 *             and each is a whole number, as in a column of grades.
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
#include "class_map.h"
#include "data/manifest.h"
#include "image_index.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * With --classes, these names are labels of which the classes are made, and rows without a class
 * are left out. Cells may then have several labels, of one class.
 */
/* What a cell without an answer means. */
enum { SPLIT_CELL_STOP, SPLIT_CELL_ZERO, SPLIT_CELL_ONE, SPLIT_CELL_DROP };

typedef struct split_label_rules {
    const char *positive;   /* a label, or several with | between them; NULL: none */
    int uncertain, blank;   /* what -1 and what an empty cell mean */
    const char *label_name; /* of the column */
    bool findings;          /* whether it is a column of 1 and 0; set by split_label_rules_apply */
    const split_class_map *map;
    char *names[2];         /* negative and positive; owned. NULL: the column has labels */
    const char *classes[2]; /* of these names; NULL where one is in no class */
    size_t uncertain_n, blank_n, unclassed_n; /* rows that were left out */
    size_t uncertain_kept, blank_kept;        /* rows that count as negative or positive */
} split_label_rules;

/* A row of the table. The strings point into its text. */
typedef struct split_row {
    const char *path;
    split_file_id file; /* at path, if it is not missing */
    char *cell;         /* of the label */
    const char *label;  /* class; NULL: the row is left out */
    const char *patient;
    hl_subset subset;
    bool missing; /* the file is not there */
    split_found found;
    size_t carried; /* its carried columns, see carried.h */
    size_t line;
} split_row;

/* Sets the labels of n rows; table is its name for messages. Fails where a cell has no clear
 * meaning, and where labels differ in case, blanks or Unicode form only. The caller frees r. */
int split_label_rules_apply(split_label_rules *r, split_row *rows, size_t n, const char *table,
                            hl_err *e);
void split_label_rules_free(split_label_rules *r); /* safe on one without classes */

/* The label of most rows, which are sorted by it; NULL where two have as many. */
const char *split_label_of_most(split_row *r, size_t n);

#endif

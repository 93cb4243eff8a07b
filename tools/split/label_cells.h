/* SPDX-License-Identifier: BSD-2-Clause */
/* The cells of a column of labels: which labels are in them, and whether that is clear. */
#ifndef HILUM_SPLIT_LABEL_CELLS_H
#define HILUM_SPLIT_LABEL_CELLS_H

#include "label_rules.h"

/* Between the labels of a cell. Commas also stand within labels ("Opacity, left"), so they need a
 * second look. */
extern const char split_label_separators[];

split_word split_row_cell(const split_row *r); /* with its line */

/* Whether the cell is empty, or has a word for a missing value that is not named as a label. */
bool split_row_is_blank(const split_label_rules *r, const split_row *row);

/*
 * Fails where spellings of a label differ in case, blanks or Unicode form only, where a label that
 * --positive or
 * --classes names is in no row, and without these where a cell has several. With --positive, *other
 * gets the one other label if each cell has one of two, else NULL; the caller frees.
 */
int split_labels_check(const split_label_rules *r, const split_row *rows, size_t n,
                       const char *table, char **other, hl_err *e);

#endif

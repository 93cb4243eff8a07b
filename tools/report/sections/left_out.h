/* SPDX-License-Identifier: BSD-2-Clause */
/* What was left out: a list of files with reasons, and the warning where it goes with the class. */
#ifndef HILUM_REPORT_SECTIONS_LEFT_OUT_H
#define HILUM_REPORT_SECTIONS_LEFT_OUT_H

#include "format/tsv.h"
#include "page/doc.h"

#include <stddef.h>

typedef struct report_left_out {
    const char *cls;
    size_t out, all; /* all: with those that were left out */
} report_left_out;

/* Warns where a class lost more or less than the others, by Fisher's exact test at 0.05. what they
 * are: "images" or "rows". */
void report_warn_of_unequal(page_block *b, const char *what, const report_left_out *classes,
                            size_t n);

/* A column of a table of files. */
typedef struct report_file_column {
    const char *heading;
    size_t at;
} report_file_column;

/* Lists the first rows of the table, folded. what they are: "images left out". The caption
 * names the file that has all of them. */
void report_list_files(page_doc *d, const hl_tsv *table, const char *what, const char *caption,
                       const report_file_column *columns, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The warning where what was left out goes with the class. */
#ifndef HILUM_REPORT_SECTIONS_LEFT_OUT_H
#define HILUM_REPORT_SECTIONS_LEFT_OUT_H

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

#endif

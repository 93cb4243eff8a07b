/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines "name<TAB>value", as experiment.tsv and `TOOL --version` write them. */
#ifndef HILUM_REPORT_READ_PAIRS_H
#define HILUM_REPORT_READ_PAIRS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct report_pair {
    const char *name, *value; /* value may be empty */
} report_pair;

typedef struct report_pairs {
    char *text;  /* owns all strings */
    char *title; /* the first line, if it has no tab; or NULL */
    report_pair *list;
    size_t n;
} report_pairs;

/* Reads pairs; path NULL or "-" is standard input. with_title allows a title. */
int report_pairs_read(report_pairs *p, const char *path, bool with_title, hl_err *e);
void report_pairs_free(report_pairs *p);

#endif

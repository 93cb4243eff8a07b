/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines "name<TAB>value", as experiment.tsv and `TOOL --version` write them. */
#ifndef HILUM_REPORT_READ_PAIRS_H
#define HILUM_REPORT_READ_PAIRS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct report_pair {
    const char *name, *value; /* the value may be empty */
} report_pair;

typedef struct report_pairs {
    char *text;  /* what everything points into */
    char *title; /* a first line without a tab, or NULL */
    report_pair *list;
    size_t n;
} report_pairs;

/* path NULL or "-": standard input. A title is only taken where it is allowed. */
int report_pairs_read(report_pairs *p, const char *path, bool with_title, hl_err *e);
void report_pairs_free(report_pairs *p);

#endif

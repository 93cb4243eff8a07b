/* SPDX-License-Identifier: BSD-2-Clause */
/* history.tsv, as train-head writes it: loss and accuracy of each epoch. */
#ifndef HILUM_REPORT_READ_HISTORY_H
#define HILUM_REPORT_READ_HISTORY_H

#include "base/error.h"

#include <stddef.h>

/* Columns besides epoch. An empty field, "nan" or "-" is a missing value (NaN). */
enum {
    REPORT_HISTORY_LOSS,
    REPORT_HISTORY_ACCURACY,
    REPORT_HISTORY_VAL_LOSS,
    REPORT_HISTORY_VAL_ACCURACY,
    REPORT_HISTORY_COLUMNS
};

typedef struct report_history {
    size_t n;
    double *epoch;                         /* [n] */
    double *value[REPORT_HISTORY_COLUMNS]; /* [n] each */
    char *provenance;                      /* provenance, a JSON list; NULL if not stated */
} report_history;

int report_history_read(report_history *h, const char *path, hl_err *e);
void report_history_free(report_history *h);

#endif

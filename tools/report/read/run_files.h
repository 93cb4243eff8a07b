/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that a report is made of, read and checked. */
#ifndef HILUM_REPORT_READ_RUN_FILES_H
#define HILUM_REPORT_READ_RUN_FILES_H

#include "base/error.h"
#include "data/feature_space.h"
#include "data/predictions.h"
#include "stats/metrics.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* metrics.json, as evaluate writes it. */
typedef struct report_metrics {
    json_t *json; /* what the pointers below belong to */
    const char *file;
    hl_metrics m;
    double baseline;       /* accuracy of the constant answer */
    const char **classes;  /* [m.nclasses], owned */
    const char *subset;    /* train, val, test or all */
    const json_t *subsets; /* short figures of each */
    const json_t *warnings, *chain;
    hl_feature_space space;
} report_metrics;

int report_metrics_read(report_metrics *r, const char *path, hl_err *e);
void report_metrics_free(report_metrics *r);

/* history.tsv, as train-head writes it; an empty field, "nan" or "-" is a missing value (NaN). */
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
    char *chain;                           /* JSON list, or NULL where the file states none */
} report_history;

int report_history_read(report_history *h, const char *path, hl_err *e);
void report_history_free(report_history *h);

/* The rows of predictions.tsv that are of the metrics' subset: as many as they count, and of their
 * classes. */
int report_predictions_read(hl_predictions *p, const char *path, const report_metrics *m,
                            hl_err *e);

#endif

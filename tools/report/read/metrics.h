/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics.json, as evaluate writes it. */
#ifndef HILUM_REPORT_READ_METRICS_H
#define HILUM_REPORT_READ_METRICS_H

#include "base/error.h"
#include "data/feature_space.h"
#include "stats/metrics.h"

#include <jansson.h>
#include <stddef.h>

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

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics.json, as evaluate writes it. */
#ifndef HILUM_REPORT_READ_METRICS_H
#define HILUM_REPORT_READ_METRICS_H

#include "base/error.h"
#include "data/feature_space.h"
#include "data/unit.h"
#include "stats/metrics.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct report_metrics {
    json_t *json; /* owns the strings and JSON values below */
    const char *file;
    hl_metrics m;
    hl_unit_rule rule;     /* what is measured; images where the file does not say */
    double baseline;       /* accuracy of the majority-class baseline */
    const char **classes;  /* [m.nclasses]; the array is owned */
    const char *subset;    /* train, val, test or all */
    const json_t *subsets; /* the main metrics of each subset */
    const json_t *warnings, *provenance;
    hl_feature_space feature_space;
} report_metrics;

/* Reads metrics.json; path NULL or "-" is standard input. */
int report_metrics_read(report_metrics *r, const char *path, hl_err *e);
/* "images", "patients" or "studies" */
const char *report_units(const report_metrics *r);
/* Whether the images are of another collection than the head's, see evaluate --external. */
bool report_is_external(const report_metrics *r);
/* The step of a tool by which the measured images came about, or NULL. In the provenance of an
 * external test, the last step of split or preprocess is that of the head's own images. */
const json_t *report_step_of_data(const report_metrics *r, const char *tool);
void report_metrics_free(report_metrics *r);

#endif

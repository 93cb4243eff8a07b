/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What metrics.json says about two classes beyond the figures of every model: figures with their
 * intervals, curves with their bands, operating points, calibration. Every part may be missing.
 */
#ifndef HILUM_REPORT_READ_BINARY_METRICS_H
#define HILUM_REPORT_READ_BINARY_METRICS_H

#include "metrics.h"

/* Points of a curve: lists of one length, some of which a curve has and some it has not. */
typedef struct report_curve {
    size_t n;                                      /* 0: there is none */
    double *x, *y, *lo, *hi;                       /* a band has no y */
    double *from, *to, *count, *mean_p, *observed; /* of a reliability curve */
} report_curve;

typedef struct report_before_after {
    double before, after;
} report_before_after;

typedef struct report_binary_metrics {
    const char *file;
    const char *positive;    /* name of the class, or NULL */
    const json_t *binary;    /* figure: number */
    const json_t *intervals; /* figure: [lo, hi] */
    const char *method;      /* of the intervals */
    double level;            /* e.g. 0.95 */
    uint64_t resamples, patients;
    report_curve roc_band, pr_band, triage, reliability;
    const json_t *operating_points; /* checked: a list of objects */
    bool is_calibrated;
    double temperature;
    report_before_after log_loss, brier, ece;
    const json_t *prevalence; /* object, or NULL */
    bool collapsed;
    const json_t *collapse_reasons; /* list of texts, or NULL */
} report_binary_metrics;

/* The evidence points into the metrics, which must outlive it. */
int report_binary_metrics_read(report_binary_metrics *bm, const report_metrics *r, hl_err *e);
void report_binary_metrics_free(report_binary_metrics *bm);

/* A number of an object; NaN where it is null or missing. */
double report_real(const json_t *o, const char *key);
/* The interval of a figure; false where there is none. */
bool report_interval(const json_t *intervals, const char *key, double *lo, double *hi);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The members of metrics.json beyond those of every model: binary metrics, confidence intervals,
 * curves with their bands, operating points, calibration, collapse. Each of them may be missing.
 */
#ifndef HILUM_REPORT_READ_BINARY_METRICS_H
#define HILUM_REPORT_READ_BINARY_METRICS_H

#include "data/positive_class.h"
#include "metrics.h"

/* The points of a curve; lists that a kind of curve does not have are NULL. */
typedef struct report_curve {
    size_t n;                                      /* 0: no curve */
    double *x, *y, *lo, *hi;                       /* [n]; a band has no y */
    double *from, *to, *count, *mean_p, *observed; /* [n], for a reliability curve */
    double *patients;                              /* [n] effective number in each bin, or NULL */
} report_curve;

typedef struct report_before_after {
    double before, after;
} report_before_after;

/* A confidence interval. */
typedef struct report_interval {
    double lo, hi;      /* NaN where there is none */
    const char *method; /* where it is not the bootstrap's, or "not estimable"; else NULL */
} report_interval;

typedef struct report_binary_metrics {
    const char *file;
    int cls;                 /* number of the positive class, or HL_NO_POSITIVE */
    const char *positive;    /* its name, or NULL */
    const json_t *binary;    /* object {metric: number}, or NULL */
    const json_t *intervals; /* object {metric: [lo, hi]}, or NULL */
    const char *method;      /* of the intervals */
    double level;            /* of the intervals, e.g. 0.95 */
    uint64_t resamples, patients;
    uint64_t lacking;      /* resamples without one of the classes */
    const json_t *methods; /* object {metric: method} of intervals not by the bootstrap, or NULL */
    report_curve roc_band, pr_band, triage, reliability;
    const json_t *operating_points; /* list of objects, or NULL */
    bool is_calibrated;
    double temperature;
    const char *temperature_note; /* why not to rely on it, or NULL */
    report_before_after log_loss, brier, ece;
    const json_t *only;       /* the one rate of images of one class, object, or NULL */
    const json_t *prevalence; /* object, or NULL */
    const json_t *subgroups;  /* object, or NULL */
    bool collapsed;
    const json_t *collapse_reasons; /* list of strings, or NULL */
} report_binary_metrics;

/* Points into the metrics, which must outlive it. */
int report_binary_metrics_read(report_binary_metrics *bm, const report_metrics *r, hl_err *e);
/* The same members of o, of class cls against the rest; NULL where o has none. */
int report_class_read(report_binary_metrics *bm, const report_metrics *r, const json_t *o,
                      size_t cls, hl_err *e);
void report_binary_metrics_free(report_binary_metrics *bm);

/* For the positive class, which there must be: by the largest probability or, with two classes, at
 * the threshold 0.5. NaN where the metrics do not say. */
double report_sensitivity(const report_metrics *r, const report_binary_metrics *bm);
double report_specificity(const report_metrics *r, const report_binary_metrics *bm);
/* The AUROC of the positive class or, if there is none, the mean over all classes. */
double report_auroc(const report_metrics *r, const report_binary_metrics *bm);
/* Heading of a column or a number: "AUROC for PNEUMONIA", or "mean AUROC". The caller frees. */
char *report_auroc_name(const report_binary_metrics *bm);

/* Whether a temperature was asked for, and could not be estimated. */
bool report_lacks_temperature(const report_binary_metrics *bm);
/* A number of an object; NaN if it is null or missing. */
double report_real(const json_t *o, const char *key);
/* The threshold of an operating point; NaN where none reaches the target and finds a positive
 * sample, for which metrics of 0.1.0 have 2. */
double report_threshold(const json_t *point);
/* A metric of the class, also where all samples or none are of it; NaN where there is none. */
double report_value_of(const report_binary_metrics *bm, const char *key);
/* The only rate, if it is this metric, else NULL: an object with value, interval and method. */
const json_t *report_only(const report_binary_metrics *bm, const char *key);

bool report_has_interval(report_interval i);
/* That of a metric in the objects {metric: [lo, hi]} and {metric: method}. */
report_interval report_interval_in(const json_t *intervals, const json_t *methods, const char *key);
/* That of an object with the members interval and method. */
report_interval report_own_interval(const json_t *o);
/* That of the metric, also where it is the only rate. */
report_interval report_interval_of(const report_binary_metrics *bm, const char *key);

#endif

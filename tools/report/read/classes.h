/* SPDX-License-Identifier: BSD-2-Clause */
/* The member "one_vs_rest" of metrics.json: each of several classes against the rest. */
#ifndef HILUM_REPORT_READ_CLASSES_H
#define HILUM_REPORT_READ_CLASSES_H

#include "binary_metrics.h"

typedef struct report_classes {
    size_t n;                  /* 0: the metrics have none */
    report_binary_metrics *of; /* [n] in the order of the classes, owned */
    /* Objects with "metrics", "intervals" and "methods"; or NULL: macro if a class has no
     * images, weighted if all images are of one class. */
    const json_t *macro, *weighted;
    const json_t *together, *together_before; /* objects {metric: number}, or NULL */
} report_classes;

/* Points into the metrics, which must outlive it. */
int report_classes_read(report_classes *c, const report_metrics *r, hl_err *e);
void report_classes_free(report_classes *c);

/* The interval of the accuracy: with two classes a metric of bm, with several the weighted mean of
 * the sensitivities; where all samples are of one class, that of its only rate. */
report_interval report_accuracy_interval(const report_binary_metrics *bm, const report_classes *c);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The metrics in the tables of reports, numbered from 0. */
#ifndef HILUM_REPORT_SECTIONS_METRIC_TABLE_H
#define HILUM_REPORT_SECTIONS_METRIC_TABLE_H

#include "../read/run.h"
#include "page/doc.h"

size_t report_metric_count(void);
/* Where there is no positive class, the AUROC is the mean over the classes, and called so. */
const char *report_metric_name(const report_binary_metrics *bm, size_t i);
/* NaN if the metrics file does not have it. */
double report_metric_value(const report_metrics *r, const report_binary_metrics *bm, size_t i);
/* Adds a cell such as "0.976 (0.967-0.984)", without the interval if there is none, or a dash. */
void report_add_metric_cell(page_table *t, const report_run *run, size_t i);

/* The interval of a metric by its key in the metrics file, or of "mean_auroc". */
report_interval report_find_interval(const report_run *run, const char *key);

/* Appends how the intervals were made, as a sentence. */
void report_describe_intervals(const report_binary_metrics *bm, hl_strbuf *t);

/* The metric of this key in an object, with its confidence interval, if there is one. */
void report_add_value_cell(page_table *t, const json_t *of, const json_t *intervals,
                           const json_t *methods, const char *key);

#endif

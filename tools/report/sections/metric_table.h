/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures that reports list, by number. */
#ifndef HILUM_REPORT_SECTIONS_METRIC_TABLE_H
#define HILUM_REPORT_SECTIONS_METRIC_TABLE_H

#include "../read/binary_metrics.h"
#include "page/doc.h"

size_t report_metric_count(void);
const char *report_metric_name(size_t f);
/* NaN where the metrics do not hold it. */
double report_metric_value(const report_metrics *r, const report_binary_metrics *bm, size_t f);
/* "0.976 (0.967 - 0.984)", or without the interval, or a dash. */
void report_add_metric_cell(page_table *t, const report_metrics *r, const report_binary_metrics *bm,
                            size_t f);

#endif

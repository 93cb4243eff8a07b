/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures that reports list, by number. */
#ifndef HILUM_REPORT_SECTIONS_METRIC_TABLE_H
#define HILUM_REPORT_SECTIONS_METRIC_TABLE_H

#include "../read/evidence.h"
#include "page/doc.h"

size_t figure_count(void);
const char *figure_name(size_t f);
/* NaN where the metrics do not hold it. */
double figure_value(const report_metrics *r, const report_evidence *v, size_t f);
/* "0.976 (0.967 - 0.984)", or without the interval, or a dash. */
void add_figure_cell(doc_table *t, const report_metrics *r, const report_evidence *v, size_t f);

#endif

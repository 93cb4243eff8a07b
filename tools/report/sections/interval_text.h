/* SPDX-License-Identifier: BSD-2-Clause */
/* Values with their confidence intervals, as text. An interval never looks like one of zero width:
 * if its ends are closer than the usual digits tell, it is shown with more of them. */
#ifndef HILUM_REPORT_SECTIONS_INTERVAL_TEXT_H
#define HILUM_REPORT_SECTIONS_INTERVAL_TEXT_H

#include "../read/binary_metrics.h"
#include "base/strbuf.h"
#include "page/doc.h"

/* Digits after the point, at least `least`, that tell the two ends apart. */
int report_interval_digits(double lo, double hi, int least);

/* Appends "0.967-0.984" (with an en dash) or, where it is not the bootstrap's, "0.742-1.000,
 * Wilson"; there must be an interval. */
void report_put_interval(hl_strbuf *t, report_interval i);
/* The same as "96.7-98.4 %". */
void report_put_percent_interval(hl_strbuf *t, report_interval i);

/* Adds the cell "0.976 (0.967-0.984)", "1.000 (0.742-1.000, Wilson)", "1.000 (not estimable)" or,
 * where no interval was asked for, "0.976". */
void report_add_estimate_cell(page_table *t, double value, report_interval i);
/* The same of a difference: "+0.009 (-0.001 to +0.019)". */
void report_add_difference_cell(page_table *t, double value, report_interval i);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Values with their confidence intervals, as text. An interval never looks like one of zero width:
 * if its ends are closer than the usual digits tell, it is shown with more of them. */
#ifndef HILUM_REPORT_SECTIONS_INTERVAL_TEXT_H
#define HILUM_REPORT_SECTIONS_INTERVAL_TEXT_H

#include "base/strbuf.h"
#include "page/doc.h"

/* Digits after the point, at least `least`, that tell the two ends apart. */
int report_interval_digits(double lo, double hi, int least);

/* Appends "0.967-0.984" (with an en dash). */
void report_put_interval(hl_strbuf *t, double lo, double hi);

/* Adds the cell "0.976 (0.967-0.984)", and that of a difference, "+0.009 (-0.001 to +0.019)". */
void report_add_estimate_cell(page_table *t, double value, double lo, double hi);
void report_add_difference_cell(page_table *t, double value, double lo, double hi);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_REPORT_COMPARE_COMPARE_H
#define HILUM_REPORT_COMPARE_COMPARE_H

#include "../read/run.h"
#include "page/doc.h"

/* Sets the label of each run to the name of its model, numbered if several have the same name. */
void report_label_runs(report_run *runs, size_t n);

/* Adds everything that `report --compare` shows. The runs need labels. tests is the JSON file of
 * the tool compare, or NULL. */
int report_compare_models(page_doc *d, const report_run *runs, size_t n, const char *tests,
                          hl_err *e);

/* differences.c: a section with the differences in that file. */
int report_add_differences(page_doc *d, const char *path, hl_err *e);

#endif

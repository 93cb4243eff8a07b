/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_REPORT_COMPARE_COMPARE_H
#define HILUM_REPORT_COMPARE_COMPARE_H

#include "../read/run.h"
#include "page/doc.h"

/* Gives each run the name of its model, with a number where several have the same. */
void report_label_runs(report_run *runs, size_t n);

/* The whole document of `report --compare`, of runs that have their labels; tests: the JSON file of
 * the tool compare, or NULL. */
int report_compare_models(page_doc *d, const report_run *runs, size_t n, const char *tests,
                          hl_err *e);

/* differences.c: what is in that file. */
int report_add_differences(page_doc *d, const char *path, hl_err *e);

#endif

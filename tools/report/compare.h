/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HL_REPORT_COMPARE_H
#define HL_REPORT_COMPARE_H

#include "../page/doc.h"
#include "run.h"

/* The whole document of `report --compare`. tests: what compare wrote about them, or NULL. */
int compare_models(doc *d, const report_run *runs, size_t n, const char *tests, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Versions of the steps of a run: a folder with the output of `TOOL --version` for each. */
#ifndef HILUM_REPORT_READ_SOFTWARE_H
#define HILUM_REPORT_READ_SOFTWARE_H

#include "pairs.h"

typedef struct report_software {
    report_pairs *tools; /* [n], sorted by file name */
    size_t n;
} report_software;

int report_software_read(report_software *s, const char *folder, hl_err *e);
void report_software_free(report_software *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A page about many combinations of settings: which of them make a model collapse. */
#ifndef HILUM_REPORT_COMPARE_GRID_H
#define HILUM_REPORT_COMPARE_GRID_H

#include "../read/run.h"
#include "format/tsv.h"
#include "page/doc.h"

/* The table of combinations: columns with the settings in words and a last column "run", a folder
 * or a metrics file. A line "#note" becomes a warning at the top of the page. */
typedef struct report_grid {
    hl_tsv table;
    size_t nsettings; /* columns before "run" */
    report_run *runs; /* [table.nrows] */
} report_grid;

int report_grid_read(report_grid *g, const char *path, hl_err *e);
void report_grid_free(report_grid *g);

/* Adds everything that `report --grid` shows. */
int report_compose_grid(page_doc *d, const report_grid *g, hl_err *e);

#endif

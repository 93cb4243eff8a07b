/* SPDX-License-Identifier: BSD-2-Clause */
/* All files of one run that a report is made of. */
#ifndef HILUM_REPORT_READ_RUN_H
#define HILUM_REPORT_READ_RUN_H

#include "audit_table.h"
#include "binary_metrics.h"
#include "data/manifest.h"
#include "heat_maps.h"
#include "history.h"
#include "metrics.h"
#include "pairs.h"
#include "predictions.h"
#include "software.h"

/* metrics: NULL is standard input; the others: NULL for none. */
typedef struct report_paths {
    const char *metrics, *history, *predictions, *manifest, *knobs, *software, *audit, *maps;
} report_paths;

typedef struct report_run {
    report_paths has; /* what was read */
    char *label;      /* what a page of several runs calls it, or NULL */
    char *owned[3];   /* names of files, of report_run_find */
    report_metrics metrics;
    report_binary_metrics binary_metrics;
    report_history history;
    hl_predictions predictions;
    hl_manifest manifest;
    report_pairs knobs;
    report_software software;
    report_audit audit;
    report_maps maps;
} report_run;

int report_run_read(report_run *r, const report_paths *paths, hl_err *e);
/* A metrics file; or a folder, of which metrics.json is read, and predictions.tsv and history.tsv
 * if they are there. */
int report_run_find(report_run *r, const char *operand, hl_err *e);
void report_run_free(report_run *r);

#endif

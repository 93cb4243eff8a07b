/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a run that a report is made from. */
#ifndef HILUM_REPORT_READ_RUN_H
#define HILUM_REPORT_READ_RUN_H

#include "audit_table.h"
#include "binary_metrics.h"
#include "classes.h"
#include "data/manifest.h"
#include "heat_maps.h"
#include "history.h"
#include "metrics.h"
#include "missing.h"
#include "pairs.h"
#include "predictions.h"
#include "rejects.h"
#include "software.h"

/* metrics: NULL is standard input. All others: NULL for none. */
typedef struct report_paths {
    const char *metrics, *history, *predictions, *manifest, *knobs, *software, *audit, *maps,
        *missing, *rejects, /* rejects: needs the manifest */
        *internal;
} report_paths;

typedef struct report_run {
    report_paths has; /* the files that were read */
    char *label;      /* name of the run on a page of several runs, or NULL */
    char *owned[3];   /* paths that report_run_find made */
    report_metrics metrics;
    report_binary_metrics binary_metrics;
    report_classes classes;
    report_metrics internal; /* of the same head on its own test set */
    report_binary_metrics internal_binary;
    report_classes internal_classes;
    report_history history;
    hl_predictions predictions;
    hl_manifest manifest;
    report_pairs knobs;
    report_software software;
    report_audit audit;
    report_maps maps;
    report_missing missing;
    report_rejects rejects;
} report_run;

/* Reads the files and checks that they belong to one run. The paths must outlive r. */
int report_run_read(report_run *r, const report_paths *paths, hl_err *e);
/* Reads a metrics file, or a folder with metrics.json and, if they exist, predictions.tsv and
 * history.tsv. */
int report_run_find(report_run *r, const char *operand, hl_err *e);
void report_run_free(report_run *r);

#endif

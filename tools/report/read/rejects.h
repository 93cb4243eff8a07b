/* SPDX-License-Identifier: BSD-2-Clause */
/* rejects.tsv, as preprocess --rejects writes it: the images that were left out. */
#ifndef HILUM_REPORT_READ_REJECTS_H
#define HILUM_REPORT_READ_REJECTS_H

#include "data/manifest.h"
#include "data/patient_counts.h"
#include "format/tsv.h"

typedef struct report_rejects {
    hl_tsv table;
    size_t path, reason;    /* columns */
    const char *provenance; /* a JSON list; or NULL */
    hl_subset_counts out;   /* of the images left out */
    hl_subset_counts all;   /* of the manifest */
} report_rejects;

/* Counts by the classes and subsets of the manifest, which are those of a fold in a cross
 * validation. Every image has to be in it, and is listed once. */
int report_rejects_read(report_rejects *r, const char *path, const hl_manifest *m, hl_err *e);
/* Images left out of a subset; 0 in a zeroed r. */
size_t report_rejects_in_subset(const report_rejects *r, hl_subset subset);
void report_rejects_free(report_rejects *r);

#endif

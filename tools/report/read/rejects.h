/* SPDX-License-Identifier: BSD-2-Clause */
/* rejects.tsv, as preprocess --rejects writes it: the images that were left out. */
#ifndef HILUM_REPORT_READ_REJECTS_H
#define HILUM_REPORT_READ_REJECTS_H

#include "data/manifest.h"
#include "format/tsv.h"

typedef struct report_rejects {
    hl_tsv table;
    size_t path, reason;          /* columns */
    const char *provenance;       /* a JSON list; or NULL */
    size_t (*counts)[HL_SUBSETS]; /* [nclasses] images left out, owned */
    size_t (*listed)[HL_SUBSETS]; /* [nclasses] images in the manifest, owned */
    size_t in_subset[HL_SUBSETS]; /* images left out, of all classes */
} report_rejects;

/* Counts by the classes and subsets of the manifest, which are those of a fold in a cross
 * validation. Every image has to be in it. */
int report_rejects_read(report_rejects *r, const char *path, const hl_manifest *m, hl_err *e);
void report_rejects_free(report_rejects *r);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* audit.tsv, as audit writes it: findings about the images before training. */
#ifndef HILUM_REPORT_READ_AUDIT_TABLE_H
#define HILUM_REPORT_READ_AUDIT_TABLE_H

#include "format/tsv.h"

#include <stdbool.h>

typedef enum {
    AUDIT_SEVERITY,
    AUDIT_CHECK,
    AUDIT_ITEM,
    AUDIT_SUBSET,
    AUDIT_LABEL,
    AUDIT_SAMPLE,
    AUDIT_OTHER,
    AUDIT_VALUE,
    AUDIT_TEXT,
    REPORT_AUDIT_COLUMNS
} report_audit_column;

typedef struct report_audit {
    hl_tsv table;
    size_t column[REPORT_AUDIT_COLUMNS];
    const char *images;      /* number of images, as the file states it; or NULL */
    const char *leak;        /* a sentence that describes the leakage; NULL if there is none */
    const char *provenance;  /* provenance, a JSON list; or NULL */
    size_t errors, warnings; /* number of rows */
    bool is_leak_allowed;
} report_audit;

int report_audit_read(report_audit *a, const char *path, hl_err *e);
void report_audit_free(report_audit *a);

/* A field of a row; owned by a. */
const char *report_audit_field(const report_audit *a, size_t row, report_audit_column column);

#endif

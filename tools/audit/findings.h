/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of findings, one row each; docs/FORMAT.md describes it. */
#ifndef HILUM_AUDIT_FINDINGS_H
#define HILUM_AUDIT_FINDINGS_H

#include "base/strbuf.h"

#include <stddef.h>

typedef enum { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR, AUDIT_SEVERITIES } audit_severity;

/* A finding; NULL and NaN are empty fields. */
typedef struct audit_finding {
    audit_severity severity;
    const char *check;
    const char *item; /* subject of the finding: number of a group, a patient, a property */
    const char *subset, *label, *sample, *other;
    double value;
    size_t n;         /* images concerned */
    const char *text; /* description for the reader */
} audit_finding;

typedef struct audit_findings {
    hl_strbuf rows;
    size_t count[AUDIT_SEVERITIES]; /* rows of each severity */
} audit_findings;

extern const char audit_finding_columns[]; /* the line of column names, with its newline */

void audit_findings_add(audit_findings *t, const audit_finding *f);
void audit_findings_free(audit_findings *t); /* safe on a zeroed one */

#endif

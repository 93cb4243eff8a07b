/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of findings: a row each, as docs/FORMAT.md has it. */
#ifndef HILUM_AUDIT_FINDINGS_H
#define HILUM_AUDIT_FINDINGS_H

#include "base/strbuf.h"

#include <stddef.h>

typedef enum { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR, AUDIT_SEVERITIES } audit_severity;

/* NULL and NaN are empty fields. */
typedef struct audit_finding {
    audit_severity severity;
    const char *check;
    const char *item; /* what it is about: the number of a group, a patient, a trait */
    const char *subset, *label, *sample, *other;
    double value;
    size_t n;         /* images that it is about */
    const char *text; /* for people */
} audit_finding;

typedef struct audit_findings {
    hl_strbuf rows;
    size_t count[AUDIT_SEVERITIES]; /* rows */
} audit_findings;

extern const char audit_finding_columns[]; /* the line of names, with its end */

void audit_findings_add(audit_findings *t, const audit_finding *f);
void audit_findings_free(audit_findings *t);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of findings: a row each, as docs/FORMAT.md has it. */
#ifndef HILUM_AUDIT_FINDINGS_H
#define HILUM_AUDIT_FINDINGS_H

#include "base/strbuf.h"

#include <stddef.h>

typedef enum { HL_NOTE, HL_WARNING, HL_ERROR, HL_SEVERITIES } hl_severity;

/* NULL and NaN are empty fields. */
typedef struct hl_finding {
    hl_severity severity;
    const char *check;
    const char *item; /* what it is about: the number of a group, a patient, a trait */
    const char *subset, *label, *sample, *other;
    double value;
    size_t n;         /* images that it is about */
    const char *text; /* for people */
} hl_finding;

typedef struct hl_findings {
    hl_text rows;
    size_t count[HL_SEVERITIES]; /* rows */
} hl_findings;

extern const char hl_finding_columns[]; /* the line of names, with its end */

void hl_findings_add(hl_findings *t, const hl_finding *f);
void hl_findings_free(hl_findings *t);

#endif

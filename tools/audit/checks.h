/* SPDX-License-Identifier: BSD-2-Clause */
/* What is looked for before training. Each check appends its findings; all numbers are counts of
 * samples of the manifest, which has no variants. */
#ifndef HILUM_AUDIT_CHECKS_H
#define HILUM_AUDIT_CHECKS_H

#include "data/manifest.h"
#include "dedup/duplicates.h"
#include "dedup/fingerprint_set.h"
#include "findings.h"

#include <stddef.h>

typedef struct audit_context {
    /* what is looked at */
    const hl_manifest *m;
    const hl_fingerprint *prints; /* [m->n] */
    const hl_duplicate *copies;   /* [m->n] */
    double shortcut_limit;        /* AUROC from which on a shortcut is a warning */
    /* what is found */
    audit_findings findings;
    size_t unreadable;       /* files */
    size_t groups, copied;   /* of copies, and the images in them */
    size_t divided;          /* patients in several subsets */
    size_t shortcuts;        /* above the limit */
    size_t leaking_patients; /* with images in training and test */
    size_t leaking_groups;   /* of copies, likewise */
} audit_context;

void audit_check_unreadable(audit_context *a);
void audit_check_copies(audit_context *a);
void audit_check_patients(audit_context *a);
void audit_check_balance(audit_context *a);
void audit_check_shortcuts(audit_context *a);

/* Sets of subsets, as bits. */
enum { AUDIT_LEAK = 1 << HL_TRAIN | 1 << HL_TEST };

/* A leak is an error, any other division between subsets a warning. */
audit_severity audit_severity_of_division(unsigned subsets);

#endif

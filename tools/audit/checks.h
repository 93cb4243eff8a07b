/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks of a data set before training. Each appends its findings and adds to the counts. */
#ifndef HILUM_AUDIT_CHECKS_H
#define HILUM_AUDIT_CHECKS_H

#include "data/manifest.h"
#include "data/positive_class.h"
#include "dedup/duplicates.h"
#include "dedup/fingerprint_set.h"
#include "findings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct audit_context {
    /* the data set */
    const hl_manifest *m;               /* without augmented copies */
    const hl_manifest *other;           /* that is compared with m, or NULL */
    int positive;                       /* class, or HL_NO_POSITIVE */
    const hl_fingerprint *fingerprints; /* [m->n] */
    const hl_duplicate *copies;         /* [m->n] */
    double shortcut_limit;              /* AUROC from which a shortcut is a warning */
    /* the findings */
    audit_findings findings;
    size_t unreadable;       /* files */
    size_t groups, copied;   /* groups of copies, and images in them */
    size_t divided;          /* patients in several subsets */
    size_t shortcuts;        /* warnings of them */
    size_t leaking_patients; /* with images in training and test */
    size_t leaking_studies;  /* likewise */
    size_t leaking_groups;   /* groups of copies, likewise */
    size_t other_copies;     /* images that are copies of some in another manifest */
    size_t other_leaks;      /* of these: copies of training and validation images */
} audit_context;

void audit_check_unreadable(audit_context *a); /* files that are not images */
void audit_check_remarks(audit_context *a);    /* images that are read, but are odd */
void audit_check_range(audit_context *a);      /* nearly black, or without contrast */
void audit_check_depths(audit_context *a);     /* images of different depths */
void audit_check_inverted(audit_context *a);   /* dark where a chest X-ray is bright */
void audit_check_copies(audit_context *a);     /* copies of an image, in one subset or more */
void audit_check_patients(audit_context *a);   /* patients in several subsets or classes */
void audit_check_studies(audit_context *a);    /* studies of DICOM files in several subsets */
void audit_check_balance(audit_context *a);    /* classes in each subset */
void audit_check_shortcuts(audit_context *a);  /* file properties that predict the label */
void audit_check_dicom(audit_context *a);      /* what DICOM files say of themselves, by class */
void audit_check_columns(audit_context *a);    /* carried columns that do */

/* Images that are copies of some that the manifest `other`, whose file is called name, lists. Those
 * of its training and validation sets are errors. Fails where none of its images can be read,
 * unless allow_unread. */
int audit_check_other_set(audit_context *a, hl_manifest *other, const char *name,
                          const hl_fingerprint_options *how, bool allow_unread, hl_err *e);

/* Whether an AUROC this far from 0.5, of this many samples of a class and of others, is a warning.
 */
bool audit_is_shortcut(const audit_context *a, double strength, size_t positives, size_t negatives);
/* Whether a shortcut to this class is looked for: with two classes, one is enough, the positive one
 * if it is known. */
bool audit_is_tried(const audit_context *a, uint32_t cls);

/* Bits 1 << hl_subset of a set of subsets. */
enum { AUDIT_LEAK = 1 << HL_TRAIN | 1 << HL_TEST };

/* Severity of images that belong together in these subsets: in training and test an error, in other
 * pairs a warning, in one a note. */
audit_severity audit_severity_of_division(unsigned subsets);

#endif

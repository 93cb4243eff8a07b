/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the report, each added to a document. */
#ifndef HL_REPORT_SECTIONS_H
#define HL_REPORT_SECTIONS_H

#include "../common/manifest.h"
#include "../page/doc.h"
#include "input.h"

/* warnings.c. What makes the figures mean less than they seem; manifest and history may be
 * NULL. */
int warn_of(doc_block *b, const report_metrics *r, const hl_manifest *m, const report_history *h,
            hl_err *e);
/* The part that one metrics file alone tells. */
void warn_of_metrics(doc_block *b, const report_metrics *r);

/* results.c */
void add_summary(doc *d, const report_metrics *r);
void add_confusion(doc *d, const report_metrics *r);
void add_class_table(doc *d, const report_metrics *r);
void add_subset_table(doc *d, const report_metrics *r);
void add_paper_table(doc *d, const report_metrics *r);
void add_space(doc *d, const report_metrics *r);
void add_provenance(doc *d, const report_metrics *r);
void add_disclaimer(doc *d);

/* curves.c: these draw */
int add_training(doc *d, const report_history *h, hl_err *e);
int add_roc(doc *d, const report_metrics *r, const hl_predictions *p, hl_err *e);

/* samples.c */
void add_errors(doc *d, const report_metrics *r, const hl_predictions *p);
void add_split(doc *d, const hl_manifest *m);
/* Patients with images in more than one subset. */
size_t shared_patients(const hl_manifest *m);

/* compare.c: the whole document of `report --compare` */
void compare_models(doc *d, const report_metrics *r, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the report, each added to a document. Those that lack their input add nothing. */
#ifndef HILUM_REPORT_SECTIONS_SECTIONS_H
#define HILUM_REPORT_SECTIONS_SECTIONS_H

#include "../read/run.h"
#include "page/doc.h"

/* warnings.c. What makes the figures mean less than they seem. */
void warn_of(doc_block *b, const report_run *run);
/* The part that one metrics file alone tells. */
void warn_of_metrics(doc_block *b, const report_metrics *r, const report_evidence *v);

/* summary.c */
void add_summary(doc *d, const report_metrics *r, const report_evidence *v);

/* results.c */
void add_paper_table(doc *d, const report_metrics *r);
void add_confusion(doc *d, const report_metrics *r);
void add_confusion_table(doc *d, const report_metrics *r); /* without the heading */
void add_class_table(doc *d, const report_metrics *r);
void add_subset_table(doc *d, const report_metrics *r);

/* figures.c */
void add_figures(doc *d, const report_metrics *r, const report_evidence *v);

/* learning.c, discrimination.c, thresholds.c, calibration.c, triage.c: these draw */
int add_training(doc *d, const report_history *h, hl_err *e);
/* Without the heading; of: what tells these curves from others of the page, part of their ids. */
int add_curves(doc *d, const report_history *h, const char *of, hl_err *e);
int add_discrimination(doc *d, const report_metrics *r, const report_evidence *v,
                       const hl_predictions *p, hl_err *e);
int add_thresholds(doc *d, const report_metrics *r, const report_evidence *v,
                   const hl_predictions *p, hl_err *e);
int add_calibration(doc *d, const report_metrics *r, const report_evidence *v, hl_err *e);
int add_triage(doc *d, const report_metrics *r, const report_evidence *v, hl_err *e);

/* samples.c */
void add_errors(doc *d, const report_metrics *r, const hl_predictions *p);
void add_split(doc *d, const hl_manifest *m);
/* Patients with images in more than one subset. */
size_t shared_patients(const hl_manifest *m);

/* audit.c */
void add_audit(doc *d, const report_audit *a);
void warn_of_audit(doc_block *b, const report_audit *a);

/* gallery.c */
void add_gallery(doc *d, const report_maps *maps);

/* technical.c */
void add_space(doc *d, const report_metrics *r);
void add_knobs(doc *d, const report_pairs *knobs);
void add_provenance(doc *d, const report_metrics *r);
void add_software(doc *d, const report_software *s);
void add_disclaimer(doc *d);

/* card.c */
void add_card(doc *d, const report_run *run);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections of a report. Each function adds one to a document, or nothing if the metrics lack
 * its input. Functions that draw return -1 on failure. */
#ifndef HILUM_REPORT_SECTIONS_SECTIONS_H
#define HILUM_REPORT_SECTIONS_SECTIONS_H

#include "../read/run.h"
#include "page/doc.h"

/* warnings.c: everything that limits or invalidates the results of a run */
void report_warn_of_run(page_block *b, const report_run *run);
/* The warnings that follow from the metrics file alone. */
void report_warn_of_metrics(page_block *b, const report_metrics *r,
                            const report_binary_metrics *bm);

/* summary.c */
void report_add_summary(page_doc *d, const report_run *run);

/* results.c */
void report_add_paper_table(page_doc *d, const report_metrics *r);
void report_add_confusion(page_doc *d, const report_metrics *r);
void report_add_confusion_table(page_doc *d, const report_metrics *r); /* without the heading */
void report_add_class_table(page_doc *d, const report_metrics *r);
void report_add_subset_table(page_doc *d, const report_metrics *r, const report_binary_metrics *bm);

/* A cell with a fraction in per cent, or "undefined" if it is NaN. */
void report_add_percent(page_table *t, double fraction);

/* metric_table.c */
void report_add_metrics(page_doc *d, const report_metrics *r, const report_binary_metrics *bm);

/* external.c: needs the internal metrics */
void report_add_external(page_doc *d, const report_run *run);

/* subgroups.c */
void report_add_subgroups(page_doc *d, const report_metrics *r, const report_binary_metrics *bm);

/* classes.c: several classes, each against the rest; it draws */
int report_add_classes(page_doc *d, const report_run *run, hl_err *e);
void report_add_class_tables(page_doc *d, const report_run *run); /* without the heading */

/* learning_curves.c, discrimination.c, thresholds.c, calibration.c, triage.c: these draw */
int report_add_training(page_doc *d, const report_metrics *r, const report_history *h, hl_err *e);
/* Without the heading; suffix makes the ids of the plots unique in the page. */
int report_add_curves(page_doc *d, const report_history *h, const char *suffix, hl_err *e);
int report_add_discrimination(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                              const hl_predictions *p, hl_err *e);
int report_add_thresholds(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                          const hl_predictions *p, hl_err *e);
/* A table of the operating points of n classes. */
void report_list_points(page_doc *d, const report_binary_metrics *bm, size_t n);
int report_add_calibration(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                           hl_err *e);
int report_add_triage(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                      hl_err *e);

/* errors.c, split.c */
void report_add_errors(page_doc *d, const report_metrics *r, const hl_predictions *p);
void report_add_split(page_doc *d, const hl_manifest *m);
/* Number of patients with images in more than one subset. */
size_t report_shared_patients(const hl_manifest *m);

/* listing.c: nothing if the manifest does not state how its images were listed */
void report_add_listing(page_doc *d, const hl_manifest *m);
void report_warn_of_listing(page_block *b, const hl_manifest *m);

/* audit.c */
void report_add_audit(page_doc *d, const report_audit *a);
void report_warn_of_audit(page_block *b, const report_audit *a);

/* missing.c */
void report_add_missing(page_doc *d, const report_missing *r);

/* rejects.c */
void report_add_rejects(page_doc *d, const report_rejects *r, const hl_manifest *m);
void report_warn_of_rejects(page_block *b, const report_rejects *r, const hl_manifest *m);

/* heat_maps.c */
void report_add_heat_maps(page_doc *d, const report_maps *maps);

/* technical.c */
void report_add_feature_space(page_doc *d, const report_metrics *r);
void report_add_knobs(page_doc *d, const report_pairs *knobs);
void report_add_provenance(page_doc *d, const report_metrics *r);
void report_add_software(page_doc *d, const report_software *s);
void report_add_disclaimer(page_doc *d);

/* card/card.c */
void report_add_card(page_doc *d, const report_run *run);

#endif

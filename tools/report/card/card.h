/* SPDX-License-Identifier: BSD-2-Clause */
/* The model card: items of reporting checklists, filled in from the files of a run. */
#ifndef HILUM_REPORT_CARD_CARD_H
#define HILUM_REPORT_CARD_CARD_H

#include "../read/run.h"
#include "page/doc.h"

#include <jansson.h>

/* Appends what the run states about an item, or nothing. */
typedef void report_card_fill(const report_run *run, hl_strbuf *t);

typedef struct report_card_item {
    const char *number, *topic;
    report_card_fill *fill; /* NULL: only the authors of a study can answer it */
    bool in_part;           /* the item asks for more than a run can state */
} report_card_item;

typedef struct report_card_list {
    const char *name, *source;
    const report_card_item *items;
    size_t n;
} report_card_list;

extern const report_card_list report_card_claim, report_card_tripod;

/* The last step of a tool in the provenance of the run, or NULL. */
const json_t *report_card_step(const report_run *run, const char *tool);
/* Appends "LABEL VALUE" of an option, if the step states it, after ", " unless t is empty. */
void report_card_add_option(const json_t *entry, const char *option, const char *label,
                            hl_strbuf *t);

/* data_facts.c, facts.c, result_facts.c */
report_card_fill report_fact_model_kind, report_fact_task, report_fact_source,
    report_fact_preprocessing, report_fact_missing, report_fact_labels, report_fact_partition,
    report_fact_disjoint, report_fact_model, report_fact_libraries, report_fact_initial,
    report_fact_training, report_fact_selection, report_fact_one_model, report_fact_metrics,
    report_fact_uncertainty, report_fact_explained, report_fact_internal, report_fact_external,
    report_fact_counts, report_fact_classes, report_fact_performance, report_fact_accuracy,
    report_fact_errors, report_fact_audit, report_fact_protocol, report_fact_availability,
    report_fact_imbalance, report_fact_output, report_fact_prediction, report_fact_recalibration,
    report_fact_recalibrated, report_fact_same_source, report_fact_criteria, report_fact_subgroups;

#endif

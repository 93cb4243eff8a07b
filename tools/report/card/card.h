/* SPDX-License-Identifier: BSD-2-Clause */
/* What the items of reporting checklists can be filled with from a run. */
#ifndef HILUM_REPORT_CARD_CARD_H
#define HILUM_REPORT_CARD_CARD_H

#include "../read/run.h"
#include "page/doc.h"

/* Appends what the run states; nothing where it states nothing. */
typedef void card_fill(const report_run *run, hl_text *t);

typedef struct card_item {
    const char *number, *topic;
    card_fill *fill; /* NULL: only people know it */
    bool in_part;    /* what the run states is not all that the item asks for */
} card_item;

typedef struct card_list {
    const char *name, *source;
    const card_item *items;
    size_t n;
} card_list;

extern const card_list card_claim, card_tripod;

/* card_facts.c */
card_fill fact_model_kind, fact_task, fact_source, fact_preprocessing, fact_nothing_missing,
    fact_labels, fact_partition, fact_disjoint, fact_model, fact_libraries, fact_initial,
    fact_training, fact_selection, fact_one_model, fact_metrics, fact_uncertainty, fact_explained,
    fact_internal, fact_counts, fact_classes, fact_performance, fact_accuracy, fact_errors,
    fact_audit, fact_protocol, fact_availability, fact_imbalance, fact_output, fact_prediction,
    fact_recalibration, fact_recalibrated, fact_same_source;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sensitivity, specificity and AUROC of the positive class in groups of samples, and the gaps: the
 * difference of each group from the reference, the group of its column with the most patients. All
 * come from the same resamples of the patients.
 */
#ifndef HILUM_EVALUATE_SUBGROUPS_H
#define HILUM_EVALUATE_SUBGROUPS_H

#include "difference.h"
#include "output.h"
#include "stats/binary_metrics.h"
#include "subgroup_columns.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* With fewer positive or negative patients, a group is too small for a gap to be tested. */
enum { EVALUATE_MIN_PATIENTS = 10 };

enum { EVALUATE_GAPS = 3 }; /* metrics of a group: sensitivity, specificity, AUROC */
extern const char *const evaluate_gap_names[EVALUATE_GAPS];

#define EVALUATE_SIGNIFICANT 0.05 /* p after correction, below which a gap remains */

typedef struct evaluate_gap {
    evaluate_difference difference; /* from the reference; p is NaN where no gap is tested */
    double corrected; /* p by Holm over all gaps that are tested; NaN without a test */
} evaluate_gap;

typedef struct evaluate_group {
    size_t column, index;                                  /* in the columns; of its groups */
    size_t positives;                                      /* images; the others are of samples.n */
    size_t patients, positive_patients, negative_patients; /* with such an image in the group */
    size_t lacking;                                        /* resamples without one of both */
    hl_binary samples;                                     /* rows are those of the subset */
    evaluate_measured metric[EVALUATE_GAPS];
    evaluate_gap gap[EVALUATE_GAPS];
} evaluate_group;

typedef struct evaluate_subgroups {
    evaluate_columns columns;
    evaluate_group *group; /* [n], column by column, owned */
    size_t n;
    size_t *first;     /* [columns] first group of each, owned */
    size_t *reference; /* [columns] index into group, or SIZE_MAX; owned */
    size_t tests;      /* gaps tested */
} evaluate_subgroups;

/* Measures the groups of v->by. The caller frees; on failure it is empty. */
int evaluate_subgroups_measure(evaluate_subgroups *s, const evaluation *v, hl_err *e);
void evaluate_subgroups_free(evaluate_subgroups *s); /* safe on a zeroed one */

bool evaluate_is_too_small(const evaluate_group *g);

/* subgroup_section.c: adds the member "subgroups" to o, and to its "warnings" each gap that remains
 * after correction. Nothing without v->by. */
int evaluate_subgroup_section(json_t *o, const evaluation *v, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Several models' answers to the same samples, and what is computed of them. */
#ifndef HILUM_COMPARE_COMPARISON_H
#define HILUM_COMPARE_COMPARISON_H

#include "base/error.h"
#include "data/predictions.h"
#include "significance.h"
#include "stats/bootstrap.h"

#include <stddef.h>
#include <stdint.h>

/* AUROC is NaN where there are not two classes. */
typedef enum {
    COMPARE_ACCURACY,
    COMPARE_MACRO_RECALL,
    COMPARE_AUROC,
    COMPARE_METRICS
} compare_metric;
extern const char *const compare_metric_names[COMPARE_METRICS];

typedef struct compare_model {
    const char *name, *file;
    hl_predictions predictions; /* sorted by sample */
    double figure[COMPARE_METRICS];
    hl_interval interval[COMPARE_METRICS];
} compare_model;

typedef struct compare_pair {
    size_t a, b;                           /* models */
    double difference[COMPARE_METRICS];    /* a - b */
    hl_interval interval[COMPARE_METRICS]; /* of it, paired */
    uint64_t only_a, only_b;               /* right answers of one alone */
    compare_mcnemar_result mcnemar;
    compare_delong_result delong;
    double mcnemar_holm, delong_holm;
} compare_pair;

typedef struct comparison {
    compare_model *models;
    size_t nmodels;
    compare_pair *pairs;
    size_t npairs;
    size_t n, patients, nclasses; /* samples */
    const char **classes;         /* those of the first model */
    size_t resamples;
    uint64_t seed;
} comparison;

/* files[i] is called names[i]. All must hold the same samples of the subset with the same patients,
 * labels and classes; the first difference is an error. */
int compare_read(comparison *s, char *const *files, const char *const *names, size_t n,
                 const char *subset, hl_err *e);
int compare_compute(comparison *s, size_t resamples, uint64_t seed, int jobs, hl_err *e);
void compare_free(comparison *s);

#endif

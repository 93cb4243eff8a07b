/* SPDX-License-Identifier: BSD-2-Clause */
/* Several models' answers to the same samples, and what is computed of them. */
#ifndef HILUM_COMPARE_COMPARISON_H
#define HILUM_COMPARE_COMPARISON_H

#include "base/error.h"
#include "data/predictions.h"
#include "stats/bootstrap.h"
#include "stats/significance.h"

#include <stddef.h>
#include <stdint.h>

/* AUROC is NaN where there are not two classes. */
typedef enum { STUDY_ACCURACY, STUDY_MACRO_RECALL, STUDY_AUROC, STUDY_FIGURES } study_figure;
extern const char *const study_figure_names[STUDY_FIGURES];

typedef struct study_model {
    const char *name, *file;
    hl_predictions predictions; /* sorted by sample */
    double figure[STUDY_FIGURES];
    hl_interval interval[STUDY_FIGURES];
} study_model;

typedef struct study_pair {
    size_t a, b;                         /* models */
    double difference[STUDY_FIGURES];    /* a - b */
    hl_interval interval[STUDY_FIGURES]; /* of it, paired */
    uint64_t only_a, only_b;             /* right answers of one alone */
    mcnemar_result mcnemar;
    delong_result delong;
    double mcnemar_holm, delong_holm;
} study_pair;

typedef struct study {
    study_model *models;
    size_t nmodels;
    study_pair *pairs;
    size_t npairs;
    size_t n, patients, nclasses; /* samples */
    const char **classes;         /* those of the first model */
    size_t resamples;
    uint64_t seed;
} study;

/* files[i] is called names[i]. All must hold the same samples of the subset with the same patients,
 * labels and classes; the first difference is an error. */
int study_read(study *s, char *const *files, const char *const *names, size_t n, const char *subset,
               hl_err *e);
int study_compute(study *s, size_t resamples, uint64_t seed, int jobs, hl_err *e);
void study_free(study *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A comparison of several models: their predictions for the same samples, metrics and tests. */
#ifndef HILUM_COMPARE_COMPARISON_H
#define HILUM_COMPARE_COMPARISON_H

#include "base/error.h"
#include "data/predictions.h"
#include "mcnemar.h"
#include "stats/binary_metrics.h"
#include "stats/delong.h"
#include "stats/estimate.h"

#include <stddef.h>
#include <stdint.h>

/* AUROC is that of the positive class against the rest; NaN if there is no positive class. */
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
    double metric[COMPARE_METRICS];
    hl_estimate estimate[COMPARE_METRICS];
} compare_model;

typedef struct compare_pair {
    size_t a, b;                           /* models */
    double difference[COMPARE_METRICS];    /* a - b */
    hl_estimate estimate[COMPARE_METRICS]; /* of the difference, paired */
    uint64_t only_a, only_b;               /* samples that only one of them predicts correctly */
    compare_mcnemar_result mcnemar;
    hl_delong_result delong;
    double mcnemar_holm, delong_holm; /* p, corrected over all pairs */
} compare_pair;

typedef struct comparison {
    compare_model *models;
    size_t nmodels;
    compare_pair *pairs;
    size_t npairs;
    size_t n, patients, nclasses; /* n: samples */
    const char **classes;         /* those of the first model */
    int positive;                 /* class, or HL_NO_POSITIVE */
    size_t resamples, lacking;    /* lacking: resamples without one of the classes */
    uint64_t seed;
    /* With more than two classes: the same models and samples with each class as the positive one,
     * [nclasses], of which only the AUROC is estimated and tested; p of DeLong's test is corrected
     * over all pairs and classes. NULL with two. */
    struct comparison *of_class;
} comparison;

/* Reads the predictions of n models; model i is called names[i] and kept in files[i]. All files
 * must have the same samples of the subset, with the same patients, labels and classes, and the
 * same positive class; the first difference is an error. positive: value of --positive, or NULL.
 * Free c with compare_free, also after a failure. */
int compare_read(comparison *c, char *const *files, const char *const *names, size_t n,
                 const char *subset, const char *positive, hl_err *e);
/* Computes metrics, intervals and tests, with `jobs` threads; with more than two classes also
 * c->of_class. */
int compare_compute(comparison *c, size_t resamples, uint64_t seed, int jobs, hl_err *e);
void compare_free(comparison *c);

/* measure.c, for resampling.c: weights are those of the samples, NULL for 1 each. */
double compare_accuracy(const comparison *c, const hl_predictions *p, const uint32_t *weight);
/* Recall of each class; 0 without samples. */
void compare_recalls(const comparison *c, const hl_predictions *p, const uint32_t *weight,
                     double *recall);
double compare_macro_recall(const comparison *c, const hl_predictions *p, const uint32_t *weight);
/* Sorts the samples of a model by their probability of a class. The caller frees b. */
void compare_rank(const comparison *c, const hl_predictions *p, int cls, hl_binary *b);

/* resampling.c: the intervals of c and of c->of_class, from the same resamples. */
int compare_bootstrap(comparison *c, int jobs, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The outputs of evaluate: predictions as TSV, metrics as JSON. FORMAT.md describes them. */
#ifndef HILUM_EVALUATE_OUTPUT_H
#define HILUM_EVALUATE_OUTPUT_H

#include "base/error.h"
#include "data/calibration_file.h"
#include "data/feature_space.h"
#include "data/manifest.h"
#include "data/positive_class.h"
#include "data/units.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { EVALUATE_ALL = HL_SUBSETS }; /* as a subset: all samples */

/* How metrics are computed. */
typedef struct evaluate_method {
    size_t resamples; /* of the bootstrap; 0: no intervals */
    uint64_t seed;
    int jobs;
    double prevalence; /* for predictive values; NaN: none */
} evaluate_method;

/* Predictions and what metrics are computed from. */
typedef struct evaluation {
    const hl_manifest *manifest; /* n samples; their cls is an index into classes */
    char *const *classes;
    size_t nclasses;
    int positive;                      /* class, or HL_NO_POSITIVE */
    const uint32_t *predicted;         /* [n] */
    const double *p;                   /* [n, nclasses] */
    const double *raw;                 /* [n, nclasses] before calibration; NULL without one */
    const hl_calibration *calibration; /* fitted on the validation samples; may be NULL */
    bool is_external;                  /* the calibration is of other images than these */
    const uint8_t *is_ood;             /* [n] by the calibration; only if is_external */
    evaluate_method method;
    hl_unit_rule rule;     /* what the samples are */
    const hl_units *units; /* made of images by this program; NULL: not */
    const char *by;        /* value of --by, or NULL; needs a positive class */
    const char *mismatch;  /* how the images differ from the training images; NULL: they do not */
    int subset;            /* that is measured: hl_subset or EVALUATE_ALL */
    const hl_feature_space *feature_space;
    const char *provenance;
} evaluation;

/* Whether a sample belongs to a subset, or to EVALUATE_ALL. */
bool evaluate_has(const hl_sample *s, int subset);
/* Number of samples of a subset, or of all. */
size_t evaluate_count(const evaluation *v, int subset);
const char *evaluate_subset_name(int subset);

/* Computes the metrics and writes them; alarms are also printed as warnings. Failed writes show in
 * ferror(fp). */
int evaluate_write_metrics(const evaluation *v, FILE *fp, hl_err *e);
/* Writes a row for each sample of the subset. Failed writes show in ferror(fp). */
void evaluate_write_predictions(const evaluation *v, FILE *fp);

#endif

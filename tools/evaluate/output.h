/* SPDX-License-Identifier: BSD-2-Clause */
/* What evaluate writes: predictions as TSV, metrics as JSON. */
#ifndef HILUM_EVALUATE_OUTPUT_H
#define HILUM_EVALUATE_OUTPUT_H

#include "base/error.h"
#include "data/calibration_file.h"
#include "data/feature_space.h"
#include "data/manifest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { EVALUATE_ALL = HL_SUBSETS }; /* as a subset: every sample */

typedef struct evaluation_options {
    size_t resamples; /* of the bootstrap; 0: no intervals */
    uint64_t seed;
    int jobs;
    double prevalence; /* NaN: none is stated */
} evaluation_options;

typedef struct evaluation {
    const hl_manifest *manifest; /* n samples; cls counts in classes */
    char *const *classes;
    size_t nclasses;
    const uint32_t *predicted;         /* [n] */
    const double *p;                   /* [n, nclasses] */
    const double *raw;                 /* the same before calibration; NULL where there was none */
    const hl_calibration *calibration; /* what validation samples tell; may be NULL */
    evaluation_options options;
    const char *mismatch; /* how the images are unlike those trained on; NULL: they are not */
    int subset;           /* hl_subset or EVALUATE_ALL: what the figures are of */
    const hl_feature_space *space;
    const char *chain;
} evaluation;

bool evaluate_has(const hl_sample *s, int subset);
/* Samples of the chosen subset. */
size_t evaluate_count(const evaluation *v, int subset);
const char *evaluate_subset_name(int subset);

/* Also says the alarms on stderr. Failed writes show in ferror(fp). */
int evaluate_write_metrics(const evaluation *v, FILE *fp, hl_err *e);
void evaluate_write_predictions(const evaluation *v, FILE *fp);

#endif

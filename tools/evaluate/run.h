/* SPDX-License-Identifier: BSD-2-Clause */
/* The work of evaluate: predicts, measures and writes predictions, metrics and calibration. */
#ifndef HILUM_EVALUATE_RUN_H
#define HILUM_EVALUATE_RUN_H

#include "base/error.h"
#include "data/manifest.h"
#include "data/unit.h"
#include "sys/cli.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values of the options, as evaluate(1) describes them. */
typedef struct evaluate_options {
    int subset; /* hl_subset or EVALUATE_ALL */
    const char *manifest, *output, *predictions, *calibration, *external, *positive, *by;
    const char *image_predictions; /* those of images, where v is of patients or studies */
    int64_t batch, jobs, resamples;
    uint64_t seed;
    double prevalence, quantile; /* prevalence 0: none is given */
    hl_unit_rule rule;           /* of --unit and --combine */
    bool calibrate, ignore_normalize;
} evaluate_options;

/* Measures the head at one path on the features at another (NULL: standard input). cli: for the
 * provenance. */
int evaluate_run(const evaluate_options *o, const hl_cli *cli, const char *head,
                 const char *features, hl_err *e);

/* Measures the samples of n files of predictions together. */
int evaluate_run_pooled(const evaluate_options *o, const hl_cli *cli, char *const *files, size_t n,
                        hl_err *e);

#endif

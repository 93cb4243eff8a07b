/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pooled predictions of several heads on different samples: those of the folds of a
 * cross-validation, where each sample is predicted once, by a head that was not trained on it.
 */
#ifndef HILUM_EVALUATE_POOLED_H
#define HILUM_EVALUATE_POOLED_H

#include "base/error.h"
#include "data/feature_space.h"
#include "data/manifest.h"
#include "data/unit.h"
#include "sys/cli.h"

#include <stddef.h>
#include <stdint.h>

typedef struct evaluate_pooled {
    hl_manifest manifest; /* the samples, file by file; their cls is an index into classes */
    char **classes;
    size_t nclasses;
    int positive;        /* class, or HL_NO_POSITIVE */
    uint32_t *predicted; /* [n] */
    double *p;           /* [n, nclasses] */
    hl_unit_rule rule;   /* what the samples are */
    hl_feature_space feature_space;
    char *provenance;
} evaluate_pooled;

/*
 * Reads n files of predictions, as evaluate wrote them, and keeps the rows of a subset (HL_SUBSETS:
 * all). Fails where files differ in classes or feature space, a file has no such rows, or a sample
 * appears twice. positive: value of --positive, or NULL; all files must have the same positive
 * class, and be of the same unit, combined in the same way. cli: for the provenance. The caller
 * frees o; on failure it is empty.
 */
int evaluate_pooled_read(evaluate_pooled *o, char *const *files, size_t n, int subset,
                         const char *positive, const hl_cli *cli, hl_err *e);
void evaluate_pooled_free(evaluate_pooled *o); /* safe on a zeroed one */

#endif

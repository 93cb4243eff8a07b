/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that several heads gave to different samples, put together: those of the folds of a cross
 * validation, where each sample is answered once by a head that has not seen it.
 */
#ifndef HILUM_EVALUATE_POOLED_H
#define HILUM_EVALUATE_POOLED_H

#include "base/error.h"
#include "data/feature_space.h"
#include "data/manifest.h"
#include "sys/cli.h"

#include <stddef.h>
#include <stdint.h>

typedef struct evaluate_pooled {
    hl_manifest manifest; /* the samples, file by file; cls counts in classes */
    char **classes;
    size_t nclasses;
    uint32_t *predicted; /* [n] */
    double *p;           /* [n, nclasses] */
    hl_feature_space space;
    char *chain;
} evaluate_pooled;

/*
 * Reads n files of predictions (as evaluate wrote them) and keeps the rows of the subset,
 * HL_SUBSETS for all. Refuses files of different classes or feature spaces, a file without such
 * rows, and a sample that stands there twice. cli: of the program, for the provenance.
 */
int evaluate_pooled_read(evaluate_pooled *o, char *const *files, size_t n, int subset,
                         const hl_cli *cli, hl_err *e);
void evaluate_pooled_free(evaluate_pooled *o);

#endif

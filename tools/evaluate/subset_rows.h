/* SPDX-License-Identifier: BSD-2-Clause */
/* The samples of a subset, gathered for the functions of stats. */
#ifndef HILUM_EVALUATE_SUBSET_ROWS_H
#define HILUM_EVALUATE_SUBSET_ROWS_H

#include "output.h"
#include "stats/binary_metrics.h"

#include <stddef.h>
#include <stdint.h>

typedef struct evaluate_rows {
    size_t n, nclasses;
    uint32_t *labels, *predicted; /* [n] */
    double *p;                    /* [n, nclasses] */
    const char **patients;        /* [n], of the manifest */
} evaluate_rows;

/* p: [samples of the manifest, nclasses], v->p or v->raw. subset: as v->subset. The caller frees.
 */
void evaluate_rows_copy(evaluate_rows *r, const evaluation *v, const double *p, int subset);
void evaluate_rows_free(evaluate_rows *r);

/* The positive class, which v must have, against the rest. The caller frees b. */
void evaluate_rows_binary(hl_binary *b, const evaluate_rows *r, const evaluation *v);

#endif

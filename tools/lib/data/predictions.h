/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading predictions.tsv, as evaluate writes it: what a head answered to each sample. */
#ifndef HILUM_DATA_PREDICTIONS_H
#define HILUM_DATA_PREDICTIONS_H

#include "base/error.h"
#include "format/tsv.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hl_prediction {
    const char *sample, *patient, *subset;
    uint32_t label, predicted; /* numbers of classes */
} hl_prediction;

typedef struct hl_predictions {
    size_t n;
    hl_prediction *rows;  /* [n] */
    double *p;            /* [n, K], each from 0 to 1 */
    const char *chain;    /* provenance; NULL where the file states none */
    const char *space;    /* feature space, as JSON; the same */
    const char **classes; /* [K] */
    size_t nclasses;
    hl_tsv table; /* what the texts point into */
} hl_predictions;

/* path NULL or "-": standard input. The classes are those of `origin`, a name for messages; NULL:
 * those that the columns p_CLASS name, in their order. subset: keep its rows only; NULL keeps all.
 */
int hl_predictions_read(hl_predictions *p, const char *path, const char *const *classes,
                        size_t nclasses, const char *origin, const char *subset, hl_err *e);
void hl_predictions_free(hl_predictions *p);

#endif

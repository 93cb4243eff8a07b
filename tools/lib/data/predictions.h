/* SPDX-License-Identifier: BSD-2-Clause */
/* predictions.tsv, as evaluate writes it: for each sample the true class, the predicted class and
 * the probabilities of all classes. */
#ifndef HILUM_DATA_PREDICTIONS_H
#define HILUM_DATA_PREDICTIONS_H

#include "base/error.h"
#include "data/positive_class.h"
#include "data/unit.h"
#include "format/tsv.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hl_prediction {
    const char *sample, *patient, *subset;
    uint32_t label, predicted; /* class numbers */
    size_t row;                /* of the table */
} hl_prediction;

typedef struct hl_predictions {
    size_t n;
    hl_prediction *rows;    /* [n] */
    double *p;              /* [n, nclasses], probabilities */
    const char *provenance; /* provenance, a JSON list; NULL if the file states none */
    const char
        *feature_space;   /* feature feature_space, a JSON object; NULL if the file states none */
    const char **classes; /* [nclasses] */
    size_t nclasses;
    int positive;      /* the positive class that the file records, or HL_NO_POSITIVE */
    hl_unit_rule rule; /* what the rows are; of images if the file does not say */
    hl_tsv table;      /* owns all strings above */
} hl_predictions;

/* Reads predictions; path NULL or "-" is standard input.
 * classes: the expected classes in the order of p, [nclasses], and origin, the file they come from,
 * for messages. NULL: the classes of the columns p_CLASS, in the order of the columns.
 * subset: the subset whose rows are kept; NULL keeps all rows. */
int hl_predictions_read(hl_predictions *p, const char *path, const char *const *classes,
                        size_t nclasses, const char *origin, const char *subset, hl_err *e);
void hl_predictions_free(hl_predictions *p);

/* Stores the positive class of p by hl_positive_class; asked: value of --positive, or NULL. */
int hl_predictions_choose_positive(const hl_predictions *p, const char *asked, int *positive,
                                   hl_err *e);
/* Fails unless the positive class of p is that of the file called first. */
int hl_predictions_check_positive(const hl_predictions *p, const char *asked, int positive,
                                  const char *first, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* --unit: the predictions of images become those of patients or studies. */
#ifndef HILUM_EVALUATE_BY_UNIT_H
#define HILUM_EVALUATE_BY_UNIT_H

#include "data/units.h"
#include "output.h"

#include <stddef.h>
#include <stdint.h>

typedef struct evaluate_units {
    hl_units units;
    double *p, *raw; /* [units, nclasses] */
    uint32_t *predicted;
    uint8_t *is_ood; /* [units] */
} evaluate_units;

/* Groups and labels the samples of v; fails where that is not possible, or if all subsets are
 * measured together and a unit is in two of them. file: for messages. */
int evaluate_units_group(hl_units *u, const evaluation *v, const char *file, hl_err *e);

/* Replaces samples and probabilities of v by those of the units of v->rule, which u then owns,
 * until the caller frees it; with images it does nothing. */
int evaluate_units_combine(evaluate_units *u, evaluation *v, const char *file, hl_err *e);
void evaluate_units_free(evaluate_units *u); /* safe on a zeroed one */

/* Units with images of different labels, and images, in a subset or in EVALUATE_ALL. */
size_t evaluate_units_mixed(const evaluation *v, int subset);
size_t evaluate_units_images(const evaluation *v, int subset);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The images of another collection than the head's: what the head's own calibration says of them.
 */
#ifndef HILUM_EVALUATE_EXTERNAL_H
#define HILUM_EVALUATE_EXTERNAL_H

#include "data/sample_file.h"
#include "nn/head/model.h"
#include "output.h"

#include <jansson.h>

/* Numbers the samples by the classes of the model, of which some may have no sample. Fails, naming
 * the classes of both, where a sample has another one. */
int evaluate_adopt_classes(hl_samples *s, const nn_model *m, hl_err *e);

/* Adds the member "external" to o: the fraction of out-of-distribution images, with Wilson's
 * interval over patients. */
void evaluate_external_section(json_t *o, const evaluation *v);

#endif

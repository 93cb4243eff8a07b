/* SPDX-License-Identifier: BSD-2-Clause */
/* What is learned from validation samples about a head that is measured: temperature, thresholds.
 */
#ifndef HILUM_EVALUATE_CALIBRATE_H
#define HILUM_EVALUATE_CALIBRATE_H

#include "data/calibration_file.h"
#include "output.h"

#include <jansson.h>

/* The temperature from 0.05 to 20 with the least log loss of the validation samples (Guo et al.
 * 2017): the one minimum, since the loss is convex in 1 / T. 1 where there are none. */
double evaluate_fit_temperature(const evaluation *v);

/* Fills positive and the operating points of two classes: sensitivity and specificity of at least
 * 0.90 and 0.95 on the validation samples, with the most of the other. None where a class has no
 * validation sample. */
void evaluate_operating_points(const evaluation *v, hl_calibration *c);

/* The member "calibration": figures of the measured subset before (v->raw) and after (v->p). */
void evaluate_calibration(json_t *o, const evaluation *v);

#endif

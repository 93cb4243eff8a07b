/* SPDX-License-Identifier: BSD-2-Clause */
/* Calibration of a head on validation samples: its temperature and its operating points. */
#ifndef HILUM_EVALUATE_CALIBRATE_H
#define HILUM_EVALUATE_CALIBRATE_H

#include "data/calibration_file.h"
#include "output.h"

#include <jansson.h>

/* The temperature T from 0.05 to 20 that minimises the log loss on the validation samples (Guo et
 * al. 2017). The minimum is unique, since the loss is convex in 1 / T. 1 without validation
 * samples. */
double evaluate_fit_temperature(const evaluation *v);

/* Sets c->positive and, if there is a positive class, its operating points: sensitivity or
 * specificity of at least 0.90 and 0.95 on the validation samples, with the other as large as
 * possible. With more than two classes also those of each. A point whose threshold is INFINITY does
 * not exist: see hl_binary_threshold. No points where the class or the rest has no validation
 * sample. */
void evaluate_operating_points(const evaluation *v, hl_calibration *c);

/* Adds the member "calibration" to o: metrics of the measured subset before calibration (v->raw)
 * and after it (v->p). */
void evaluate_calibration(json_t *o, const evaluation *v);

#endif

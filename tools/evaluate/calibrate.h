/* SPDX-License-Identifier: BSD-2-Clause */
/* Calibration of a head on validation samples: its temperature and its operating points. */
#ifndef HILUM_EVALUATE_CALIBRATE_H
#define HILUM_EVALUATE_CALIBRATE_H

#include "data/calibration_file.h"
#include "output.h"

#include <jansson.h>

/* Sets c->temperature to the T from 0.05 to 20 that minimises the log loss on the validation
 * samples, of which there must be some (Guo et al. 2017). The minimum is unique, since the loss is
 * convex in 1 / T. Where all samples are classified correctly there is none: T is 1 then.
 * c->temperature_note says so, or why a T that was fitted is not to be relied on. */
void evaluate_fit_temperature(const evaluation *v, hl_calibration *c);

/* Sets c->positive and, if there is a positive class, its operating points: sensitivity or
 * specificity of at least 0.90 and 0.95 on the validation samples, with the other as large as
 * possible. With more than two classes also those of each. A point whose threshold is INFINITY does
 * not exist: see hl_binary_threshold. No points where the class or the rest has no validation
 * sample. */
void evaluate_operating_points(const evaluation *v, hl_calibration *c);

/* The log loss of the measured subset before and after calibration, and the standard error of the
 * difference, over patients; NaN for a single one. v->raw must be there. */
typedef struct evaluate_change {
    double before, after, error;
} evaluate_change;
evaluate_change evaluate_loss_change(const evaluation *v);

/* Adds the member "calibration" to o: metrics of the measured subset before calibration (v->raw)
 * and after it (v->p). */
void evaluate_calibration(json_t *o, const evaluation *v);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that an evaluation writes. */
#ifndef HILUM_EVALUATE_WRITE_OUTPUTS_H
#define HILUM_EVALUATE_WRITE_OUTPUTS_H

#include "data/calibration_file.h"
#include "output.h"
#include "run.h"

/* Writes metrics, predictions and calibration to the files that o names; all of them appear, or
 * none does. images: v before its images were combined. calibration: NULL, or what --calibration
 * writes. */
int evaluate_write_outputs(const evaluate_options *o, const evaluation *v, const evaluation *images,
                           const hl_calibration *calibration, hl_err *e);

#endif

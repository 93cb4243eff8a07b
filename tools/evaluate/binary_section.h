/* SPDX-License-Identifier: BSD-2-Clause */
/* Members of a metrics file about the positive class against the rest: its metrics, confidence
 * intervals by bootstrap over patients, curves with confidence bands, operating points. FORMAT.md
 * describes them. */
#ifndef HILUM_EVALUATE_BINARY_SECTION_H
#define HILUM_EVALUATE_BINARY_SECTION_H

#include "analysis.h"
#include "output.h"

#include <jansson.h>

/* Adds them to o for the measured subset; adds nothing unless there is a positive class, and both
 * it and the rest have samples in the subset. */
int evaluate_binary_section(json_t *o, const evaluation *v, hl_err *e);

/* Adds the members of an analysis of both classes. */
void evaluate_add_binary(json_t *o, const evaluate_analysis *s);

#endif

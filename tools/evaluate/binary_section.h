/* SPDX-License-Identifier: BSD-2-Clause */
/* Members of a metrics file about the positive class against the rest: its metrics, confidence
 * intervals by bootstrap over patients, curves with confidence bands, operating points. FORMAT.md
 * describes them. */
#ifndef HILUM_EVALUATE_BINARY_SECTION_H
#define HILUM_EVALUATE_BINARY_SECTION_H

#include "analysis.h"
#include "output.h"

#include <jansson.h>

/* Adds them to o for the measured subset of two classes; nothing without a positive class. Where it
 * or the other one has no sample, "only" is added, see only_section.h. */
int evaluate_binary_section(json_t *o, const evaluation *v, hl_err *e);

/* Adds the members of an analysis of the positive class. */
void evaluate_add_positive(json_t *o, const evaluate_analysis *s, bool has_both);
/* Adds the members of an analysis of both classes. */
void evaluate_add_binary(json_t *o, const evaluate_analysis *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The member "only" of a metrics file: where all images are of the positive class, the sensitivity,
 * and where none is, the specificity; with what one class tells of the probabilities. FORMAT.md
 * describes it. */
#ifndef HILUM_EVALUATE_ONLY_SECTION_H
#define HILUM_EVALUATE_ONLY_SECTION_H

#include "analysis.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* Adds it to o; s is an analysis without the positive class or without the rest. */
void evaluate_add_only(json_t *o, const evaluate_analysis *s);

/* {"value": ..., "interval": [...], "method": ...} of the samples for which is[i] is 1, by Wilson
 * from an effective number of patients. */
json_t *evaluate_rate(const uint8_t *is, size_t n, double patients);

#endif

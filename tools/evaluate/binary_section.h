/* SPDX-License-Identifier: BSD-2-Clause */
/* The members of a metrics file that a data set of two classes has besides: figures of the positive
 * class, intervals by bootstrap over patients, curves with bands, operating points. FORMAT.md
 * describes them. */
#ifndef HILUM_EVALUATE_BINARY_SECTION_H
#define HILUM_EVALUATE_BINARY_SECTION_H

#include "output.h"

#include <jansson.h>

/* Adds them to the object for the subset that is measured; nothing where there are not two classes
 * with samples in it. */
int evaluate_binary_section(json_t *o, const evaluation *v, hl_err *e);

#endif

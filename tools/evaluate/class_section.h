/* SPDX-License-Identifier: BSD-2-Clause */
/* The member "one_vs_rest" of a metrics file of more than two classes: what two classes have, for
 * each class against the rest, and the means over the classes. FORMAT.md describes it. */
#ifndef HILUM_EVALUATE_CLASS_SECTION_H
#define HILUM_EVALUATE_CLASS_SECTION_H

#include "output.h"

#include <jansson.h>

/* Adds it, and the members of the positive class, if there is one; nothing with two classes. */
int evaluate_class_section(json_t *o, const evaluation *v, hl_err *e);

#endif

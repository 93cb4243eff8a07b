/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Colours for heat maps: "inferno", by Smith, van der Walt and Firing for matplotlib (in the public
 * domain, CC0). From black over purple and orange to pale yellow, made in CAM02-UCS so that equal
 * steps of the value are equal steps to the eye; lightness alone tells the order, so that it can be
 * read with every kind of colour blindness and on grey paper.
 */
#ifndef HILUM_EXPLAIN_INFERNO_H
#define HILUM_EXPLAIN_INFERNO_H

#include <stdint.h>

extern const uint32_t explain_inferno[256]; /* 0xRRGGBB, from low to high */

#endif

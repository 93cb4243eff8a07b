/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Colours for heat maps: "inferno", by Smith, van der Walt and Firing for matplotlib (in the public
 * domain, CC0). It runs from black through purple and orange to pale yellow and was designed in
 * CAM02-UCS to be perceptually uniform. Lightness alone gives the order, so that it can be read
 * with any kind of colour blindness and in greyscale print.
 */
#ifndef HILUM_EXPLAIN_INFERNO_H
#define HILUM_EXPLAIN_INFERNO_H

#include <stdint.h>

extern const uint32_t explain_inferno[256]; /* 0xRRGGBB, from low to high */

#endif

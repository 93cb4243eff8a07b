/* SPDX-License-Identifier: BSD-2-Clause */
/* Converts arrays of floating-point numbers between types, and finds values out of bounds. */
#ifndef HILUM_FORMAT_CONVERT_H
#define HILUM_FORMAT_CONVERT_H

#include "format/tensorfile.h"

#include <stdbool.h>
#include <stddef.h>

/* Converts n values of a floating-point type to float32, exactly. */
void hl_to_f32(hl_dtype from, const void *in, size_t n, float *out);
/* Converts n float32 to a floating-point type, rounding to nearest, ties to even; values that are
 * too large become infinite. */
void hl_from_f32(hl_dtype to, const float *in, size_t n, void *out);

/* Index of the first of n values that is NaN or not strictly between -limit and limit; n if there
 * is none. With INFINITY, that of the first value that is not finite. */
size_t hl_first_beyond(const float *v, size_t n, float limit);
bool hl_all_finite(const float *v, size_t n);

#endif

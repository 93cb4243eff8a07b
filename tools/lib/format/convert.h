/* SPDX-License-Identifier: BSD-2-Clause */
/* Many floating-point numbers at a time: of one type to another, and whether they are in bounds. */
#ifndef HILUM_FORMAT_CONVERT_H
#define HILUM_FORMAT_CONVERT_H

#include "format/tensorfile.h"

#include <stdbool.h>
#include <stddef.h>

/* n values of any floating type to float32, exactly. */
void hl_to_f32(hl_dtype from, const void *in, size_t n, float *out);
/* And back: to the nearest value of the type, to the even one of two. What is too large becomes
 * infinite. */
void hl_from_f32(hl_dtype to, const float *in, size_t n, void *out);

/* The first of n values that is no number, or that is not between -limit and limit; n: none.
 * INFINITY is the limit of what is finite. */
size_t hl_first_beyond(const float *v, size_t n, float limit);
bool hl_all_finite(const float *v, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The transform of kernels for winograd.c. */
#ifndef HILUM_NN_INFER_WINOGRAD_WEIGHTS_H
#define HILUM_NN_INFER_WINOGRAD_WEIGHTS_H

#include <stddef.h>

enum { NN_WINOGRAD_AT_ONCE = 8 };

/* Transforms the taps to NN_WINOGRAD_AT_ONCE outputs, in double precision and with a single
 * rounding. taps: rows and columns of a kernel, each 1, 3 or 7 and not both more than 3; kernel:
 * that of the first output, `stride` floats from output to output; u: the outputs' values at the
 * first position, `plane` floats from position to position. */
void nn_winograd_transform_kernels(const size_t taps[2], const float *kernel, size_t stride,
                                   float *u, size_t plane);

#endif

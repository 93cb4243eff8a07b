/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fully connected layer on the CPU: y = x kernel + bias, with x [n, inputs], kernel [inputs,
 * units], bias [units] and y [n, units], all F32 and row-major. No result depends on the number of
 * threads.
 */
#ifndef HILUM_NN_HEAD_DENSE_H
#define HILUM_NN_HEAD_DENSE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct nn_dense {
    size_t inputs, units;
    float *kernel, *bias;
} nn_dense;

/* For answers, on one thread; with relu the larger of y and 0. A row's result does not depend on
 * the rows beside it either. */
int nn_dense_predict(const nn_dense *d, const float *x, size_t n, bool relu, float *y, hl_err *e);

/* For a step of training, which shares the kernel out among threads. */
int nn_dense_forward(const nn_dense *d, const float *x, size_t n, int threads, float *y, hl_err *e);

/* Is given the gradient of the loss with respect to values first .. first + n - 1 of the kernel,
 * and may change them; on several threads, each value once. */
typedef void nn_dense_update(void *ctx, size_t first, size_t n, const float *gradient);

/* The way back. slope: [n, units], the gradient of the loss with respect to y; below: [n, inputs],
 * that with respect to x, by the kernel as it is before the update; NULL where nobody asks. */
int nn_dense_backward(const nn_dense *d, const float *x, size_t n, const float *slope, float *below,
                      int threads, nn_dense_update *update, void *ctx, hl_err *e);

#endif

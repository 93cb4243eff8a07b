/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fully connected layer on the CPU: y = x kernel + bias, with x [n, inputs], kernel [inputs,
 * units], bias [units] and y [n, units], all F32 and row-major. No result depends on the number of
 * threads.
 */
#ifndef HILUM_NN_HEAD_DENSE_H
#define HILUM_NN_HEAD_DENSE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct nn_dense {
    size_t inputs, units;
    float *kernel, *bias;
} nn_dense;

/* Computes y for inference, on the calling thread; with relu, max(y, 0). The result of a row does
 * not depend on the other rows. */
void nn_dense_predict(const nn_dense *d, const float *x, size_t n, bool relu, float *y);

/* Computes y for a training step; the rows of the kernel are divided among threads. */
void nn_dense_forward(const nn_dense *d, const float *x, size_t n, int threads, float *y);

/* Receives the gradient of the loss with respect to kernel values first .. first + n - 1, and may
 * update them. Called from several threads, for each value once. */
typedef void nn_dense_update(void *ctx, size_t first, size_t n, const float *gradient);

/* Backward pass. grad_out: [n, units], gradient of the loss with respect to y. grad_in: [n,
 * inputs], gradient with respect to x, computed with the kernel from before the update; NULL if it
 * is not needed. */
void nn_dense_backward(const nn_dense *d, const float *x, size_t n, const float *grad_out,
                       float *grad_in, int threads, nn_dense_update *update, void *ctx);

#endif

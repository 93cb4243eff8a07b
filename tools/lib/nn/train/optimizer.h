/* SPDX-License-Identifier: BSD-2-Clause */
/* One step of an optimiser, as Keras defines it, on values and their gradient. */
#ifndef HILUM_NN_TRAIN_OPTIMIZER_H
#define HILUM_NN_TRAIN_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#define NN_OPTIMIZER_WORDS "adam|sgd"
typedef enum { NN_ADAM, NN_SGD } nn_optimizer;

/*
 * Adam: p -= rate_t * m / (sqrt(v) + 1e-7), with the moving averages m of the gradient (0.9) and v
 * of its square (0.999), and rate_t = rate * sqrt(1 - 0.999^step) / (1 - 0.9^step).
 * SGD: first = momentum * first - rate * gradient; p += first.
 * The gradient is that of the loss, plus decay times the value.
 */
typedef struct nn_optimizer_rule {
    nn_optimizer optimizer;
    double rate, momentum, decay;
    int64_t step; /* from 1 */
} nn_optimizer_rule;

/* first: m of Adam, momentum of SGD; second: v of Adam. 0 before the first step. */
void nn_optimizer_step(const nn_optimizer_rule *r, float *p, float *first, float *second,
                       const float *gradient, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One step of an optimiser, defined as in Keras. */
#ifndef HILUM_TRAIN_HEAD_OPTIMIZER_H
#define HILUM_TRAIN_HEAD_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#define TRAIN_OPTIMIZER_WORDS "adam|sgd"
typedef enum { TRAIN_ADAM, TRAIN_SGD } train_optimizer;

/*
 * Adam: p -= rate_t * m / (sqrt(v) + 1e-7), with moving averages m of the gradient (factor 0.9) and
 * v of its square (factor 0.999), and rate_t = rate * sqrt(1 - 0.999^step) / (1 - 0.9^step).
 * SGD: m = momentum * m - rate * gradient; p += m.
 * The gradient is that of the loss, plus decay times the value.
 */
typedef struct train_optimizer_rule {
    train_optimizer optimizer;
    double rate, momentum, decay;
    int64_t step; /* from 1 */
} train_optimizer_rule;

/* Updates n values p from their gradient. first: m; second: v of Adam. Both are 0 before the first
 * step. */
void train_optimizer_step(const train_optimizer_rule *r, float *p, float *first, float *second,
                          const float *gradient, size_t n);

#endif

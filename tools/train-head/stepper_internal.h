/* SPDX-License-Identifier: BSD-2-Clause */
/* The struct behind train_stepper, for stepper.c, loss.c and stepper_state.c. */
#ifndef HILUM_TRAIN_HEAD_STEPPER_INTERNAL_H
#define HILUM_TRAIN_HEAD_STEPPER_INTERNAL_H

#include "stepper.h"

/* A parameter, the optimiser's moments of it, and the values of it that are kept. */
typedef struct train_slot {
    nn_param param;
    float *first, *second; /* Adam: m and v; SGD: momentum, unused */
    float *kept;
} train_slot;

struct train_stepper {
    nn_head *head;
    const train_dataset *train;
    train_dataset *val;
    train_step_options o;
    train_slot *slots; /* [nn_head_params] */
    int64_t step;
};

/* Adds loss and predictions of a batch to *sums; logits: [n, K], labels: [n]. If grad_logits is not
 * NULL, it receives the gradient of the loss with respect to the logits, and class weights apply.
 */
void train_loss(const train_stepper *t, const float *logits, const int64_t *labels, size_t n,
                float *grad_logits, train_sums *sums);

#endif

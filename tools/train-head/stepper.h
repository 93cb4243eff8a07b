/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Training steps on a head, defined as in Keras: the loss is the cross entropy, averaged over the
 * rows of the batch, each multiplied by the weight of its class; what a step minimises is the loss
 * plus l2 times the sum of squares of every dense kernel (not halved, and not of biases); Adam and
 * SGD are those of optimizer.h.
 *
 *     train_stepper *t = train_stepper_new(head, &train, &val, &options);
 *     train_sums sums = {0};
 *     while (...)
 *         status = train_stepper_step(t, rows, n, &sums, e);
 *     train_stepper_free(t);
 *
 * The result does not depend on the number of threads, except for fine-tuned layers, which libtorch
 * runs.
 */
#ifndef HILUM_TRAIN_HEAD_STEPPER_H
#define HILUM_TRAIN_HEAD_STEPPER_H

#include "dataset.h"
#include "nn/head/head.h"
#include "optimizer.h"

typedef struct train_step_options {
    train_optimizer optimizer;
    double rate;
    double momentum; /* SGD */
    double dropout;  /* fraction of hidden units set to 0; the others are divided by 1 - dropout */
    double l2;
    const float *class_weights; /* [K], or NULL for 1 each */
    uint64_t seed; /* dropout: unit j of hidden layer i is dropped at step s if the j-th uniform of
                      hl_rng_make(seed, "train/dropout/s/i") is below dropout */
    int threads;
} train_step_options;

/* Sums over samples: loss, with class weights and without the L2 penalty, which would hide it, and
 * number of correct predictions. */
typedef struct train_sums {
    double loss;
    size_t correct, n;
} train_sums;

typedef struct train_stepper train_stepper;

/* Borrows head, train and val. val may be NULL. */
train_stepper *train_stepper_new(nn_head *head, const train_dataset *train, train_dataset *val,
                                 const train_step_options *o);
void train_stepper_free(train_stepper *t); /* NULL is fine */

/* Takes a step on these rows of the training set. Adds loss and predictions from before the update
 * to *sums. */
int train_stepper_step(train_stepper *t, const int64_t *rows, size_t n, train_sums *sums,
                       hl_err *e);

/* Sets the learning rate of the steps to come. */
void train_stepper_set_rate(train_stepper *t, double rate);

/* Evaluates the validation set, without dropout and class weights; adds to *sums. */
int train_stepper_validate(train_stepper *t, train_sums *sums, hl_err *e);

/* Keeps the parameters of the head as they are now, and puts those back that were kept. */
void train_stepper_keep(train_stepper *t);
void train_stepper_restore(train_stepper *t);

/* Whether all parameters are finite: an update may break that after the last loss was computed. */
bool train_stepper_is_finite(const train_stepper *t);

/* The state from one step to the next, for checkpoints: the number of steps taken, and tensors
 * owned by t. For parameter I of the head these are "value/I", "best/I" and the optimiser's
 * moments: "m/I" and "v/I" of Adam, or "momentum/I" of SGD. */
enum { TRAIN_STATE_NAME = 32 };
typedef struct train_state_tensor {
    char name[TRAIN_STATE_NAME];
    float *values; /* [n] */
    size_t n;
    int rank;
    int64_t shape[HL_MAX_RANK];
} train_state_tensor;
int64_t train_stepper_steps(const train_stepper *t);
void train_stepper_set_steps(train_stepper *t, int64_t steps);
size_t train_stepper_states(const train_stepper *t); /* number of tensors */
train_state_tensor train_stepper_state(const train_stepper *t, size_t i);

#endif

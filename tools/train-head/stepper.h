/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One training step after another on a head, with the definitions of Keras: cross entropy averaged
 * over the rows of the batch, each times the weight of its class; L2 adds l2 times the sum of
 * squares of every dense kernel (not halved, not for biases); Adam and SGD as in optimizer.h. What
 * is trained does not depend on the number of threads, but for a tail, which libtorch runs.
 */
#ifndef HILUM_TRAIN_HEAD_STEPPER_H
#define HILUM_TRAIN_HEAD_STEPPER_H

#include "nn/head/head.h"
#include "optimizer.h"

/* Features in memory with their labels. */
typedef struct train_dataset {
    float *features; /* [n, inputs] */
    int64_t *labels; /* [n] */
    size_t n;
} train_dataset;

typedef struct train_step_options {
    train_optimizer optimizer;
    double rate;
    double momentum; /* of SGD */
    double dropout;  /* share of hidden units set to 0; the others times 1 / (1 - dropout) */
    double l2;
    const float *class_weights; /* [K], or NULL for 1 each */
    uint64_t seed; /* of dropout: unit j of hidden layer i is dropped at step s where the j-th
                      uniform of hl_rng_make(seed, "train/dropout/s/i") is below dropout */
    int threads;
} train_step_options;

/* Sums over samples: loss with class weights and L2, and right answers. */
typedef struct train_tally {
    double loss;
    size_t right, n;
} train_tally;

typedef struct train_stepper train_stepper;

/* All three are borrowed. val may be NULL. */
train_stepper *train_stepper_new(nn_head *head, const train_dataset *train,
                                 const train_dataset *val, const train_step_options *o);
void train_stepper_free(train_stepper *t); /* NULL is fine */

/* A step on these rows of the training set; adds what was seen before the update to *sum. */
int train_stepper_step(train_stepper *t, const int64_t *rows, size_t n, train_tally *sum,
                       hl_err *e);

void train_stepper_set_rate(train_stepper *t, double rate); /* of the steps to come */

/* The validation set, without dropout and class weights. */
int train_stepper_validate(train_stepper *t, train_tally *sum, hl_err *e);

/* Remembers the head's parameters, and brings them back. */
void train_stepper_keep(train_stepper *t);
void train_stepper_restore(train_stepper *t);

/* Whether all parameters are: a step may spoil them after the last loss was measured. */
bool train_stepper_is_finite(const train_stepper *t);

/* All that it keeps from one step to the next, owned by it: the number of steps taken, and for each
 * parameter I of the head its value, the one remembered and what the optimiser has for it:
 * "value/I", "best/I", and "m/I" and "v/I" of Adam or "momentum/I" of SGD. */
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
size_t train_stepper_states(const train_stepper *t);
train_state_tensor train_stepper_state(const train_stepper *t, size_t i);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One training step after another on a head, with the definitions of Keras: cross entropy averaged
 * over the rows of the batch, each times the weight of its class; L2 adds l2 times the sum of
 * squares of every dense kernel (not halved, not for biases); Adam and SGD as in optimizer.h. What
 * is trained does not depend on the number of threads, but for a tail, which libtorch runs.
 */
#ifndef HILUM_NN_TRAIN_TRAINER_H
#define HILUM_NN_TRAIN_TRAINER_H

#include "nn/train/head.h"
#include "nn/train/optimizer.h"

/* Features in memory with their labels. */
typedef struct nn_dataset {
    float *features; /* [n, inputs] */
    int64_t *labels; /* [n] */
    size_t n;
} nn_dataset;

typedef struct nn_step_options {
    nn_optimizer optimizer;
    double rate;
    double momentum; /* of SGD */
    double dropout;  /* share of hidden units set to 0; the others times 1 / (1 - dropout) */
    double l2;
    const float *class_weights; /* [K], or NULL for 1 each */
    uint64_t seed; /* of dropout: unit j of hidden layer i is dropped at step s where the j-th
                      uniform of hl_rng_make(seed, "train/dropout/s/i") is below dropout */
    int threads;
} nn_step_options;

/* Sums over samples: loss with class weights and L2, and right answers. */
typedef struct nn_tally {
    double loss;
    size_t right, n;
} nn_tally;

typedef struct nn_trainer nn_trainer;

/* All three are borrowed. val may be NULL. */
nn_trainer *nn_trainer_new(nn_head *head, const nn_dataset *train, const nn_dataset *val,
                           const nn_step_options *o);
void nn_trainer_free(nn_trainer *t); /* NULL is fine */

/* A step on these rows of the training set; adds what was seen before the update to *sum. */
int nn_trainer_step(nn_trainer *t, const int64_t *rows, size_t n, nn_tally *sum, hl_err *e);

void nn_trainer_set_rate(nn_trainer *t, double rate); /* of the steps to come */

/* The validation set, without dropout and class weights. */
int nn_trainer_validate(nn_trainer *t, nn_tally *sum, hl_err *e);

/* Remembers the head's parameters, and brings them back. */
void nn_trainer_keep(nn_trainer *t);
void nn_trainer_restore(nn_trainer *t);

/* Whether all parameters are: a step may spoil them after the last loss was measured. */
bool nn_trainer_is_finite(const nn_trainer *t);

/* All that it keeps from one step to the next, owned by it: the number of steps taken, and for each
 * parameter I of the head its value, the one remembered and what the optimiser has for it:
 * "value/I", "best/I", and "m/I" and "v/I" of Adam or "momentum/I" of SGD. */
enum { NN_STATE_NAME = 32 };
typedef struct nn_state_tensor {
    char name[NN_STATE_NAME];
    float *values; /* [n] */
    size_t n;
    int rank;
    int64_t shape[HL_MAX_RANK];
} nn_state_tensor;
int64_t nn_trainer_steps(const nn_trainer *t);
void nn_trainer_set_steps(nn_trainer *t, int64_t steps);
size_t nn_trainer_states(const nn_trainer *t);
nn_state_tensor nn_trainer_state(const nn_trainer *t, size_t i);

#endif

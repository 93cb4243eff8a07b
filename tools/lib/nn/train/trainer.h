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
typedef struct hl_set {
    float *features; /* [n, inputs] */
    int64_t *labels; /* [n] */
    size_t n;
} hl_set;

typedef struct hl_step_options {
    hl_optimizer optimizer;
    double rate;
    double momentum; /* of SGD */
    double dropout;  /* share of hidden units set to 0; the others times 1 / (1 - dropout) */
    double l2;
    const float *class_weights; /* [K], or NULL for 1 each */
    uint64_t seed; /* of dropout: unit j of hidden layer i is dropped at step s where the j-th
                      uniform of hl_rng_make(seed, "train/dropout/s/i") is below dropout */
    int threads;
} hl_step_options;

/* Sums over samples: loss with class weights and L2, and right answers. */
typedef struct hl_tally {
    double loss;
    size_t right, n;
} hl_tally;

typedef struct hl_trainer hl_trainer;

/* All three are borrowed. val may be NULL. */
hl_trainer *hl_trainer_new(hl_head *head, const hl_set *train, const hl_set *val,
                           const hl_step_options *o);
void hl_trainer_free(hl_trainer *t); /* NULL is fine */

/* A step on these rows of the training set; adds what was seen before the update to *sum. */
int hl_trainer_step(hl_trainer *t, const int64_t *rows, size_t n, hl_tally *sum, hl_err *e);

void hl_trainer_set_rate(hl_trainer *t, double rate); /* of the steps to come */

/* The validation set, without dropout and class weights. */
int hl_trainer_validate(hl_trainer *t, hl_tally *sum, hl_err *e);

/* Remembers the head's parameters, and brings them back. */
void hl_trainer_keep(hl_trainer *t);
void hl_trainer_restore(hl_trainer *t);

/* Whether all parameters are: a step may spoil them after the last loss was measured. */
bool hl_trainer_is_finite(const hl_trainer *t);

/* All that it keeps from one step to the next, owned by it: the number of steps taken, and for each
 * parameter I of the head its value, the one remembered and what the optimiser has for it:
 * "value/I", "best/I", and "m/I" and "v/I" of Adam or "momentum/I" of SGD. */
enum { HL_STATE_NAME = 32 };
typedef struct hl_state {
    char name[HL_STATE_NAME];
    float *values; /* [n] */
    size_t n;
    int rank;
    int64_t shape[HL_MAX_RANK];
} hl_state;
int64_t hl_trainer_steps(const hl_trainer *t);
void hl_trainer_set_steps(hl_trainer *t, int64_t steps);
size_t hl_trainer_states(const hl_trainer *t);
hl_state hl_trainer_state(const hl_trainer *t, size_t i);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Training of a head in epochs, as Keras' fit() does it: the samples in a new order on every pass
 * over them, a last batch of a pass that may be smaller, losses averaged over the samples of the
 * epoch, early stopping on the validation loss with the best weights kept.
 */
#ifndef HILUM_TRAIN_HEAD_FIT_H
#define HILUM_TRAIN_HEAD_FIT_H

#include "checkpoint.h"
#include "stepper.h"

#include <signal.h>
#include <stdbool.h>

/*
 * How the learning rate goes down, with the names of Keras:
 * constant: it does not.
 * cosine:   CosineDecay from the rate to 0 over all steps of all epochs.
 * plateau:  ReduceLROnPlateau: times 0.1 after every `plateau` epochs without a better validation
 *           loss.
 */
#define TRAIN_SCHEDULE_WORDS "constant|cosine|plateau"
typedef enum { TRAIN_CONSTANT, TRAIN_COSINE, TRAIN_PLATEAU } train_schedule;

typedef struct train_options {
    train_step_options step;
    size_t epochs; /* at most */
    size_t batch;  /* samples a step */
    size_t steps;  /* steps an epoch; 0: one pass over all samples */
    train_schedule schedule;
    size_t plateau;                    /* epochs, see above */
    size_t patience;                   /* epochs without a better validation loss before it stops */
    uint64_t seed;                     /* order of samples in pass t: hl_rng_shuffle of 0 .. n-1 by
                                          hl_rng_make(seed, "train/shuffle/t") */
    const volatile sig_atomic_t *stop; /* set by a signal: end with the running epoch */
    const train_checkpoint *checkpoint; /* saved after every epoch, and gone on from where it
                                        exists; NULL: none */
} train_options;

typedef struct train_epoch {
    size_t number;                                 /* from 1 */
    double loss, accuracy, val_loss, val_accuracy; /* val_...: NaN without validation samples */
    double rate;                                   /* of its last step */
    double seconds;
    bool best; /* the lowest validation loss so far; always without validation samples */
} train_epoch;

typedef int train_epoch_fn(void *ctx, const train_epoch *epoch, hl_err *e);

typedef struct train_result {
    size_t epochs, best_epoch; /* run, and the one whose weights the head has */
    bool interrupted;          /* by stop, before it would have ended by itself */
} train_result;

/*
 * Trains head in place, telling report of every epoch that it runs; not of those before a
 * checkpoint that it goes on from. Afterwards the head holds the weights of the epoch with the
 * lowest validation loss, or of the last one where val->n is 0.
 */
int train_fit(nn_head *head, const train_dataset *train, const train_dataset *val,
              const train_options *o, train_epoch_fn *report, void *ctx, train_result *outcome,
              hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The training loop, as in Keras' fit(): epochs of steps on batches, in a new order of samples on
 * each pass over them, where the last batch of a pass may be smaller; loss and accuracy averaged
 * over the samples of the epoch; if there is patience, early stopping on the validation loss,
 * keeping the best weights.
 */
#ifndef HILUM_TRAIN_HEAD_FIT_H
#define HILUM_TRAIN_HEAD_FIT_H

#include "checkpoint.h"
#include "stepper.h"

#include <signal.h>
#include <stdbool.h>

/*
 * Learning rate schedules, with Keras' names:
 * constant: the rate does not change.
 * cosine:   CosineDecay from the rate to 0 over all steps of all epochs.
 * plateau:  ReduceLROnPlateau: a factor of 0.1 after every `plateau` epochs without a lower
 *           validation loss.
 */
#define TRAIN_SCHEDULE_WORDS "constant|cosine|plateau"
typedef enum { TRAIN_CONSTANT, TRAIN_COSINE, TRAIN_PLATEAU } train_schedule;

typedef struct train_options {
    train_step_options step;
    size_t epochs; /* maximum */
    size_t batch;  /* samples per step */
    size_t steps;  /* steps per epoch; 0: one pass over all samples, or min_steps if that is more */
    size_t min_steps;
    train_schedule schedule;
    size_t plateau;  /* epochs, see above */
    size_t patience; /* epochs without a lower validation loss before training stops; 0: it does
                        not, and the last weights are kept */
    uint64_t seed;   /* of the order of samples, see sampler.h */
    const volatile sig_atomic_t *stop;  /* set by a signal: stop after the current epoch */
    const train_checkpoint *checkpoint; /* to resume from if the file exists, and to save after
                                           every epoch; NULL: none */
} train_options;

typedef struct train_epoch {
    size_t number;                                 /* from 1 */
    double loss, accuracy, val_loss, val_accuracy; /* val_...: NaN without validation samples */
    double rate;                                   /* of the last step */
    double seconds;
    bool is_best; /* lowest validation loss so far; without validation samples, always */
} train_epoch;

typedef int train_epoch_fn(void *ctx, const train_epoch *epoch, hl_err *e);

typedef struct train_result {
    size_t epochs;     /* that were run */
    size_t kept_epoch; /* whose weights the head has */
    bool interrupted;  /* by stop, before training would have ended */
} train_result;

/*
 * Trains the head in place and calls report after each epoch, except those before a checkpoint that
 * it resumes from. The head then has the weights of the epoch with the lowest validation loss, or
 * of the last epoch if val->n or the patience is 0. Fails if the loss or a weight is not finite.
 */
int train_fit(nn_head *head, const train_dataset *train, train_dataset *val, const train_options *o,
              train_epoch_fn *report, void *ctx, train_result *result, hl_err *e);

#endif

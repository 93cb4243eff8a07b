/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checkpoints: the state of training between two epochs as a file (hilum.kind = checkpoint). It has
 * everything that later steps depend on, apart from samples and options, so that training which was
 * interrupted resumes as if it had not been. docs/FORMAT.md describes the file.
 */
#ifndef HILUM_TRAIN_HEAD_CHECKPOINT_H
#define HILUM_TRAIN_HEAD_CHECKPOINT_H

#include "base/strbuf.h"
#include "stepper.h"

#include <stdbool.h>

typedef struct train_state {
    size_t epochs;      /* completed */
    size_t pass, drawn; /* of the sampler */
    size_t best_epoch;  /* whose weights are the best so far */
    size_t waited;      /* epochs since then */
    double best_loss;   /* validation loss of the best epoch; NaN without validation samples */
    double rate;        /* as reduced at plateaus so far */
} train_state;

typedef struct train_checkpoint {
    const char *path;
    const char *provenance; /* of the head to be trained, which identifies the run */
    hl_strbuf *history;     /* rows written by the caller for the epochs so far; saved too */
} train_checkpoint;

/* Fails if path cannot be written; to be called before training. */
int train_checkpoint_probe(const char *path, hl_err *e);

/* Replaces the file atomically: at any time, the old or the new one is there. */
int train_checkpoint_save(const train_checkpoint *c, const train_stepper *t, const train_state *s,
                          hl_err *e);

/*
 * Loads the file into t, c->history and s. If there is none, *found is false and nothing changes.
 * Fails if the file is damaged, belongs to another run or has other tensors; t is then unusable.
 * samples: number of training samples. validates: whether there are validation samples. On entry,
 * s->rate is the rate of the first step.
 */
int train_checkpoint_load(const train_checkpoint *c, train_stepper *t, size_t samples,
                          bool validates, train_state *s, bool *found, hl_err *e);

/* Removes the file; it need not exist. */
int train_checkpoint_remove(const train_checkpoint *c, hl_err *e);

#endif

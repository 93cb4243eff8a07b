/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a training stands between two epochs, as a file (hilum.kind = checkpoint): all that the
 * steps to come depend on besides the samples and the options, so that a training that was ended
 * goes on from it as if it had not been. docs/FORMAT.md describes the file.
 */
#ifndef HILUM_TRAIN_HEAD_CHECKPOINT_H
#define HILUM_TRAIN_HEAD_CHECKPOINT_H

#include "base/strbuf.h"
#include "stepper.h"

#include <stdbool.h>

typedef struct train_state {
    size_t epochs;     /* that have ended */
    size_t pass, at;   /* samples: the number of the pass, and how many of it were drawn */
    size_t best_epoch; /* the one whose weights are the best so far */
    size_t waited;     /* epochs since then */
    double best_loss;  /* its validation loss; NaN without validation samples */
    double rate;       /* as lowered by the plateaus so far */
} train_state;

typedef struct train_checkpoint {
    const char *path;
    const char *chain;  /* the provenance that the head is going to have: the identity of the run */
    hl_strbuf *history; /* what the caller has written of the epochs so far; kept along */
} train_checkpoint;

/* Fails where path cannot be written, before hours of training. */
int train_checkpoint_probe(const char *path, hl_err *e);

/* Replaces the file as a whole: at any time the old or the new one is there. */
int train_checkpoint_save(const train_checkpoint *c, const train_stepper *t, const train_state *s,
                          hl_err *e);

/*
 * Without a file: *found is false, and nothing changes. One of another run (chain), of other
 * tensors or a damaged one is an error; the trainer is unusable then. samples: of the training set;
 * validates: there are validation samples. s comes as at the start, with the rate of the first
 * step.
 */
int train_checkpoint_load(const train_checkpoint *c, train_stepper *t, size_t samples,
                          bool validates, train_state *s, bool *found, hl_err *e);

/* A file that is not there is fine. */
int train_checkpoint_remove(const train_checkpoint *c, hl_err *e);

#endif

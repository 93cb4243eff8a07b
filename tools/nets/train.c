/* SPDX-License-Identifier: BSD-2-Clause */
#include "train.h"

#include "../common/log.h"
#include "../common/mem.h"
#include "../common/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void shuffled(uint64_t seed, size_t epoch, size_t n, int64_t *rows)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train/shuffle/%zu", epoch);
    hl_rng r = hl_rng_make(seed, purpose);
    uint32_t *order = hl_malloc(n, sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    hl_rng_shuffle(&r, order, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = order[i];
    free(order);
}

static int train_epoch(hl_trainer *t, const hl_train_options *o, size_t samples, size_t epoch,
                       hl_tally *sum, hl_err *e)
{
    int64_t *rows = hl_malloc(samples, sizeof *rows);
    shuffled(o->seed, epoch, samples, rows);
    int status = 0;
    for (size_t i = 0; i < samples && status == 0; i += o->batch) {
        const size_t n = samples - i < o->batch ? samples - i : o->batch;
        status = hl_trainer_step(t, rows + i, n, sum, e);
    }
    free(rows);
    return status;
}

static int run_epoch(hl_trainer *t, const hl_train_options *o, size_t samples, size_t held_out,
                     hl_epoch *now, hl_err *e)
{
    const double started = hl_now();
    hl_tally seen = {0}, val = {0};
    if (train_epoch(t, o, samples, now->number, &seen, e) ||
        (held_out && hl_trainer_validate(t, &val, e)))
        return -1;
    now->loss = seen.loss / (double)seen.n;
    now->accuracy = (double)seen.right / (double)seen.n;
    now->val_loss = held_out ? val.loss / (double)val.n : NAN;
    now->val_accuracy = held_out ? (double)val.right / (double)val.n : NAN;
    now->rate = o->step.rate;
    now->seconds = hl_now() - started;
    if (!isfinite(now->loss) || (held_out && !isfinite(now->val_loss)))
        return hl_fail(e,
                       "training: the loss is not finite in epoch %zu: expected a smaller "
                       "learning rate than %g",
                       now->number, o->step.rate);
    return 0;
}

static int run_epochs(hl_trainer *t, const hl_train_options *o, size_t samples, size_t held_out,
                      hl_epoch_fn *report, void *ctx, hl_err *e)
{
    double best = INFINITY;
    size_t waited = 0;
    for (size_t number = 1; number <= o->epochs; number++) {
        hl_epoch now = {.number = number};
        if (run_epoch(t, o, samples, held_out, &now, e))
            return -1;
        now.best = held_out == 0 || now.val_loss < best;
        waited = now.best ? 0 : waited + 1;
        if (now.best) {
            best = now.val_loss;
            if (hl_trainer_keep(t, e))
                return -1;
        }
        if (report(ctx, &now, e))
            return -1;
        if ((waited && waited >= o->patience) || (o->stop && *o->stop))
            break;
    }
    return hl_trainer_restore(t, e);
}

int hl_train(hl_head *head, const hl_set *train, const hl_set *val, const hl_train_options *o,
             hl_epoch_fn *report, void *ctx, hl_err *e)
{
    hl_trainer *t;
    if (hl_trainer_new(&t, head, train, val->n ? val : NULL, &o->step, e))
        return -1;
    const int status = run_epochs(t, o, train->n, val->n, report, ctx, e);
    hl_trainer_free(t);
    return status;
}

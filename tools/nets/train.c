/* SPDX-License-Identifier: BSD-2-Clause */
#include "train.h"

#include "../common/log.h"
#include "../common/mem.h"
#include "../common/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The samples in the order of training: a shuffled pass over all of them, then another. */
typedef struct deck {
    int64_t *rows;
    size_t n, at, pass;
    uint64_t seed;
} deck;

static void shuffle(deck *d)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train/shuffle/%zu", ++d->pass);
    hl_rng r = hl_rng_make(d->seed, purpose);
    uint32_t *order = hl_malloc(d->n, sizeof *order);
    for (size_t i = 0; i < d->n; i++)
        order[i] = (uint32_t)i;
    hl_rng_shuffle(&r, order, d->n);
    for (size_t i = 0; i < d->n; i++)
        d->rows[i] = order[i];
    d->at = 0;
    free(order);
}

/* Up to `most` rows, all of one pass; the number of them. */
static size_t draw(deck *d, size_t most, const int64_t **rows)
{
    if (d->at == d->n)
        shuffle(d);
    const size_t n = d->n - d->at < most ? d->n - d->at : most;
    *rows = d->rows + d->at;
    d->at += n;
    return n;
}

static void deck_new(deck *d, size_t n, uint64_t seed)
{
    *d = (deck){.rows = hl_malloc(n, sizeof *d->rows), .n = n, .at = n, .seed = seed};
}

/* A run of hl_train. */
typedef struct course {
    hl_trainer *trainer;
    const hl_train_options *o;
    deck deck;
    size_t held_out; /* validation samples */
    size_t steps;    /* in an epoch */
    size_t step;     /* taken so far */
    double rate;     /* as lowered by the plateaus so far */
} course;

static double rate_now(const course *c)
{
    static const double pi = 3.14159265358979323846;
    if (c->o->schedule != HL_COSINE)
        return c->rate;
    const double share = (double)c->step / ((double)c->steps * (double)c->o->epochs);
    return c->rate * 0.5 * (1 + cos(pi * share));
}

static int train_epoch(course *c, hl_epoch *now, hl_tally *sum, hl_err *e)
{
    for (size_t i = 0; i < c->steps; i++) {
        const int64_t *rows;
        const size_t n = draw(&c->deck, c->o->batch, &rows);
        now->rate = rate_now(c);
        hl_trainer_set_rate(c->trainer, now->rate);
        if (hl_trainer_step(c->trainer, rows, n, sum, e))
            return -1;
        c->step++;
    }
    return 0;
}

static int run_epoch(course *c, hl_epoch *now, hl_err *e)
{
    const double started = hl_now();
    hl_tally seen = {0}, val = {0};
    if (train_epoch(c, now, &seen, e) || (c->held_out && hl_trainer_validate(c->trainer, &val, e)))
        return -1;
    now->loss = seen.loss / (double)seen.n;
    now->accuracy = (double)seen.right / (double)seen.n;
    now->val_loss = c->held_out ? val.loss / (double)val.n : NAN;
    now->val_accuracy = c->held_out ? (double)val.right / (double)val.n : NAN;
    now->seconds = hl_now() - started;
    if (!isfinite(now->loss) || (c->held_out && !isfinite(now->val_loss)))
        return hl_fail(e,
                       "training: the loss is not finite in epoch %zu: expected a smaller "
                       "learning rate than %g",
                       now->number, now->rate);
    return 0;
}

static int run_epochs(course *c, hl_epoch_fn *report, void *ctx, hl_err *e)
{
    const hl_train_options *o = c->o;
    double best = INFINITY;
    size_t waited = 0;
    for (size_t number = 1; number <= o->epochs; number++) {
        hl_epoch now = {.number = number};
        if (run_epoch(c, &now, e))
            return -1;
        now.best = c->held_out == 0 || now.val_loss < best;
        waited = now.best ? 0 : waited + 1;
        if (now.best) {
            best = now.val_loss;
            if (hl_trainer_keep(c->trainer, e))
                return -1;
        }
        if (report(ctx, &now, e))
            return -1;
        if ((waited && waited >= o->patience) || (o->stop && *o->stop))
            break;
        if (o->schedule == HL_PLATEAU && waited && waited % o->plateau == 0)
            c->rate *= 0.1;
    }
    return hl_trainer_restore(c->trainer, e);
}

int hl_train(hl_head *head, const hl_set *train, const hl_set *val, const hl_train_options *o,
             hl_epoch_fn *report, void *ctx, hl_err *e)
{
    course c = {.o = o, .held_out = val->n, .rate = o->step.rate};
    c.steps = o->steps ? o->steps : (train->n + o->batch - 1) / o->batch;
    if (hl_trainer_new(&c.trainer, head, train, val->n ? val : NULL, &o->step, e))
        return -1;
    deck_new(&c.deck, train->n, o->seed);
    const int status = run_epochs(&c, report, ctx, e);
    free(c.deck.rows);
    hl_trainer_free(c.trainer);
    return status;
}

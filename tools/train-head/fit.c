/* SPDX-License-Identifier: BSD-2-Clause */
#include "fit.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/rng.h"

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

/* To where it was when `at` rows of pass `pass` were drawn. */
static void deck_wind(deck *d, size_t pass, size_t at)
{
    d->pass = pass - 1;
    shuffle(d);
    d->at = at;
}

/* A run of train_fit. */
typedef struct course {
    train_stepper *trainer;
    const train_options *o;
    deck deck;
    size_t held_out; /* validation samples */
    size_t steps;    /* in an epoch */
    train_state now;
    bool told; /* that it ends with the running epoch */
} course;

static bool is_stopped(const course *c)
{
    return c->o->stop && *c->o->stop;
}

static double rate_now(const course *c)
{
    static const double pi = 3.14159265358979323846;
    if (c->o->schedule != TRAIN_COSINE)
        return c->now.rate;
    const double taken = (double)train_stepper_steps(c->trainer);
    return c->now.rate * 0.5 * (1 + cos(pi * taken / ((double)c->steps * (double)c->o->epochs)));
}

static int train_step(course *c, train_epoch *now, train_tally *sum, hl_err *e)
{
    const int64_t *rows;
    const size_t n = draw(&c->deck, c->o->batch, &rows);
    now->rate = rate_now(c);
    train_stepper_set_rate(c->trainer, now->rate);
    return train_stepper_step(c->trainer, rows, n, sum, e);
}

static int run_steps(course *c, train_epoch *now, train_tally *sum, hl_err *e)
{
    hl_progress progress;
    char what[64];
    int status = 0;
    snprintf(what, sizeof what, "steps of epoch %zu", now->number);
    hl_progress_start_part(&progress, what, c->steps);
    for (size_t i = 0; i < c->steps && status == 0; i++) {
        status = train_step(c, now, sum, e);
        if (is_stopped(c) && !c->told) {
            c->told = true;
            hl_log_info("interrupted: this epoch is the last one; once more ends at once");
        }
        hl_progress_add(&progress, 1);
    }
    hl_progress_end(&progress);
    return status;
}

static int run_epoch(course *c, train_epoch *now, hl_err *e)
{
    const double started = hl_now();
    train_tally seen = {0}, val = {0};
    if (run_steps(c, now, &seen, e) || (c->held_out && train_stepper_validate(c->trainer, &val, e)))
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

/* What the epoch that has ended means for the best weights and for those to come. */
static void take_stock(course *c, train_epoch *now)
{
    train_state *s = &c->now;
    s->epochs = now->number;
    s->pass = c->deck.pass;
    s->at = c->deck.at;
    now->best = c->held_out == 0 || s->best_epoch == 0 || now->val_loss < s->best_loss;
    if (now->best) {
        s->best_epoch = now->number;
        s->best_loss = now->val_loss;
        s->waited = 0;
        train_stepper_keep(c->trainer);
        return;
    }
    s->waited++;
    if (c->o->schedule == TRAIN_PLATEAU && s->waited % c->o->plateau == 0)
        s->rate *= 0.1;
}

static bool is_complete(const course *c)
{
    return c->now.epochs >= c->o->epochs || (c->now.waited && c->now.waited >= c->o->patience);
}

/* At least one epoch is run: without any there are no weights to keep. */
static int run_epochs(course *c, train_epoch_fn *report, void *ctx, hl_err *e)
{
    while (!is_complete(c) && !(c->now.epochs && is_stopped(c))) {
        train_epoch now = {.number = c->now.epochs + 1};
        if (run_epoch(c, &now, e))
            return -1;
        take_stock(c, &now);
        if (report(ctx, &now, e) ||
            (c->o->checkpoint && train_checkpoint_save(c->o->checkpoint, c->trainer, &c->now, e)))
            return -1;
    }
    train_stepper_restore(c->trainer);
    return train_stepper_is_finite(c->trainer)
               ? 0
               : hl_fail(e,
                         "training: a weight is not finite: expected a smaller learning rate "
                         "than %g",
                         c->o->step.rate);
}

static int go_on(course *c, hl_err *e)
{
    const train_checkpoint *k = c->o->checkpoint;
    bool found;
    if (train_checkpoint_load(k, c->trainer, c->deck.n, c->held_out > 0, &c->now, &found, e))
        return -1;
    if (found) {
        deck_wind(&c->deck, c->now.pass, c->now.at);
        hl_log_info("%s: going on after epoch %zu", k->path, c->now.epochs);
    }
    return found ? 0 : train_checkpoint_probe(k->path, e);
}

int train_fit(nn_head *head, const train_dataset *train, const train_dataset *val,
              const train_options *o, train_epoch_fn *report, void *ctx, train_result *outcome,
              hl_err *e)
{
    course c = {.o = o, .held_out = val->n, .now = {.rate = o->step.rate}};
    c.steps = o->steps ? o->steps : (train->n + o->batch - 1) / o->batch;
    c.trainer = train_stepper_new(head, train, val->n ? val : NULL, &o->step);
    deck_new(&c.deck, train->n, o->seed);
    int status = o->checkpoint ? go_on(&c, e) : 0;
    if (status == 0)
        status = run_epochs(&c, report, ctx, e);
    *outcome = (train_result){c.now.epochs, c.now.best_epoch, !is_complete(&c)};
    free(c.deck.rows);
    train_stepper_free(c.trainer);
    return status;
}

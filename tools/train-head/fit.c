/* SPDX-License-Identifier: BSD-2-Clause */
#include "fit.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "sampler.h"

#include <math.h>
#include <stdio.h>

typedef struct training {
    train_stepper *stepper;
    const train_options *o;
    train_sampler sampler;
    size_t nval;  /* validation samples */
    size_t steps; /* per epoch */
    train_state state;
    bool announced_stop;
} training;

static bool is_stopped(const training *t)
{
    return t->o->stop && *t->o->stop;
}

static double rate_now(const training *t)
{
    static const double pi = 3.14159265358979323846;
    if (t->o->schedule != TRAIN_COSINE)
        return t->state.rate;
    const double taken = (double)train_stepper_steps(t->stepper);
    return t->state.rate * 0.5 * (1 + cos(pi * taken / ((double)t->steps * (double)t->o->epochs)));
}

static int train_step(training *t, train_epoch *now, train_sums *sums, hl_err *e)
{
    const int64_t *rows;
    const size_t n = train_sampler_next_batch(&t->sampler, t->o->batch, &rows);
    now->rate = rate_now(t);
    train_stepper_set_rate(t->stepper, now->rate);
    return train_stepper_step(t->stepper, rows, n, sums, e);
}

static int run_steps(training *t, train_epoch *now, train_sums *sums, hl_err *e)
{
    hl_progress progress;
    char label[64];
    int status = 0;
    snprintf(label, sizeof label, "steps of epoch %zu", now->number);
    hl_progress_start_part(&progress, label, t->steps);
    for (size_t i = 0; i < t->steps && status == 0; i++) {
        status = train_step(t, now, sums, e);
        if (is_stopped(t) && !t->announced_stop) {
            t->announced_stop = true;
            hl_log_info("interrupted: stopping after this epoch; interrupt again to stop now");
        }
        hl_progress_add(&progress, 1);
    }
    hl_progress_end(&progress);
    return status;
}

static int run_epoch(training *t, train_epoch *now, hl_err *e)
{
    const double started = hl_now();
    train_sums train = {0}, val = {0};
    if (run_steps(t, now, &train, e) || (t->nval && train_stepper_validate(t->stepper, &val, e)))
        return -1;
    now->loss = train.loss / (double)train.n;
    now->accuracy = (double)train.correct / (double)train.n;
    now->val_loss = t->nval ? val.loss / (double)val.n : NAN;
    now->val_accuracy = t->nval ? (double)val.correct / (double)val.n : NAN;
    now->seconds = hl_now() - started;
    if (!isfinite(now->loss) || (t->nval && !isfinite(now->val_loss)))
        return hl_fail(e,
                       "training: the loss is not finite in epoch %zu: expected a smaller "
                       "learning rate than %g",
                       now->number, now->rate);
    return 0;
}

/* Updates kept weights, patience and learning rate after an epoch. */
static void end_of_epoch(training *t, train_epoch *now)
{
    train_state *s = &t->state;
    s->epochs = now->number;
    s->pass = t->sampler.pass;
    s->drawn = t->sampler.drawn;
    now->is_best = t->nval == 0 || s->best_epoch == 0 || now->val_loss < s->best_loss;
    if (now->is_best || t->o->patience == 0)
        train_stepper_keep(t->stepper);
    if (now->is_best) {
        s->best_epoch = now->number;
        s->best_loss = now->val_loss;
        s->waited = 0;
        return;
    }
    s->waited++;
    if (t->o->schedule == TRAIN_PLATEAU && s->waited % t->o->plateau == 0)
        s->rate *= 0.1;
}

static bool is_complete(const training *t)
{
    return t->state.epochs >= t->o->epochs || (t->o->patience && t->state.waited >= t->o->patience);
}

/* Runs at least one epoch: without any, there would be no weights to keep. */
static int run_epochs(training *t, train_epoch_fn *report, void *ctx, hl_err *e)
{
    while (!is_complete(t) && !(t->state.epochs && is_stopped(t))) {
        train_epoch now = {.number = t->state.epochs + 1};
        if (run_epoch(t, &now, e))
            return -1;
        end_of_epoch(t, &now);
        if (report(ctx, &now, e) ||
            (t->o->checkpoint && train_checkpoint_save(t->o->checkpoint, t->stepper, &t->state, e)))
            return -1;
    }
    train_stepper_restore(t->stepper);
    return train_stepper_is_finite(t->stepper)
               ? 0
               : hl_fail(e,
                         "training: a weight is not finite: expected a smaller learning rate "
                         "than %g",
                         t->o->step.rate);
}

static int resume(training *t, hl_err *e)
{
    const train_checkpoint *c = t->o->checkpoint;
    bool found;
    if (train_checkpoint_load(c, t->stepper, t->sampler.n, t->nval > 0, &t->state, &found, e))
        return -1;
    if (found) {
        train_sampler_seek(&t->sampler, t->state.pass, t->state.drawn);
        hl_log_info("%s: resuming after epoch %zu", c->path, t->state.epochs);
    }
    return found ? 0 : train_checkpoint_probe(c->path, e);
}

static size_t steps_per_epoch(const train_options *o, size_t samples)
{
    const size_t pass = (samples + o->batch - 1) / o->batch;
    if (o->steps)
        return o->steps;
    return pass < o->min_steps ? o->min_steps : pass;
}

int train_fit(nn_head *head, const train_dataset *train, train_dataset *val, const train_options *o,
              train_epoch_fn *report, void *ctx, train_result *result, hl_err *e)
{
    training t = {.o = o, .nval = val->n, .state = {.rate = o->step.rate}};
    t.steps = steps_per_epoch(o, train->n);
    t.stepper = train_stepper_new(head, train, val->n ? val : NULL, &o->step);
    train_sampler_init(&t.sampler, train->n, o->seed);
    int status = o->checkpoint ? resume(&t, e) : 0;
    if (status == 0)
        status = run_epochs(&t, report, ctx, e);
    const size_t kept = o->patience ? t.state.best_epoch : t.state.epochs;
    *result = (train_result){t.state.epochs, kept, !is_complete(&t)};
    train_sampler_free(&t.sampler);
    train_stepper_free(t.stepper);
    return status;
}

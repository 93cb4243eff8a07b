/* SPDX-License-Identifier: BSD-2-Clause */
#include "trainer.h"

#include "../common/mem.h"
#include "../common/rng.h"

#include <stdio.h>
#include <stdlib.h>

/* What an optimiser keeps for each parameter, and the best values seen. */
typedef struct slot {
    ts_tensor *first, *second; /* Adam: m and v; SGD: momentum, none */
    ts_tensor *best;
} slot;

struct hl_trainer {
    hl_head *head;
    const hl_set *train, *val;
    hl_step_options o;
    slot *slots; /* [hl_head_params] */
    int64_t step;
    ts_tensor *train_x; /* a view of the caller's features */
};

static int torch_error(hl_err *e)
{
    return hl_fail(e, "training: libtorch: %s", ts_last_error());
}

/* ---- one batch ---- */

static size_t count_right(const float *logits, const int64_t *labels, size_t n, size_t classes)
{
    size_t right = 0;
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        size_t best = 0;
        for (size_t k = 1; k < classes; k++)
            if (row[k] > row[best])
                best = k;
        right += best == (size_t)labels[i];
    }
    return right;
}

/* Adds l2 times the squares of all kernels to a scalar. */
static int add_penalty(const hl_trainer *t, ts_tensor **loss)
{
    for (size_t i = 0; i < hl_head_params(t->head); i++) {
        if (hl_head_param_kind(t->head, i) != HL_PARAM_KERNEL)
            continue;
        ts_tensor *squares = NULL, *sum = NULL;
        const int failed = ts_sum_squares(&squares, hl_head_param(t->head, i)) ||
                           ts_add_scaled(&sum, *loss, squares, t->o.l2);
        ts_free(squares);
        if (failed)
            return -1;
        ts_free(*loss);
        *loss = sum;
    }
    return 0;
}

/* Adds a batch to the tally. The scalar loss is given out; its graph keeps copies of what it was
 * made from, since the way back needs them. */
static int measure(const hl_trainer *t, const ts_tensor *logits, const int64_t *labels, size_t n,
                   bool weighted, ts_tensor **loss, hl_tally *sum, hl_err *e)
{
    const size_t classes = hl_head_classes(t->head);
    float *values = hl_malloc(n * classes, sizeof *values), mean = 0;
    float *weight = weighted ? hl_malloc(n, sizeof *weight) : NULL;
    for (size_t i = 0; weighted && i < n; i++)
        weight[i] = t->o.class_weights[labels[i]];
    const int64_t shape = (int64_t)n;
    ts_tensor *label = NULL, *weights = NULL;
    const int failed = ts_from_data(&label, labels, TS_I64, 1, &shape) ||
                       (weighted && ts_from_data(&weights, weight, TS_F32, 1, &shape)) ||
                       ts_cross_entropy(loss, logits, label, weights) ||
                       (t->o.l2 > 0 && add_penalty(t, loss)) ||
                       ts_to_data(*loss, &mean, sizeof mean) ||
                       ts_to_data(logits, values, n * classes * sizeof *values);
    if (!failed) {
        sum->loss += (double)mean * (double)n;
        sum->right += count_right(values, labels, n, classes);
        sum->n += n;
    }
    ts_free(weights);
    ts_free(label);
    free(weight);
    free(values);
    return failed ? torch_error(e) : 0;
}

static int make_mask(const hl_trainer *t, size_t layer, size_t rows, ts_tensor **mask, hl_err *e)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train/dropout/%lld/%zu", (long long)t->step, layer);
    hl_rng r = hl_rng_make(t->o.seed, purpose);
    const int64_t shape[2] = {(int64_t)rows, (int64_t)hl_head_hidden(t->head, layer)};
    const size_t n = (size_t)(shape[0] * shape[1]);
    const float kept = (float)(1.0 / (1.0 - t->o.dropout));
    float *values = hl_malloc(n, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = hl_rng_uniform(&r) < t->o.dropout ? 0 : kept;
    const int failed = ts_from_data(mask, values, TS_F32, 2, shape);
    free(values);
    return failed ? torch_error(e) : 0;
}

static int forward(const hl_trainer *t, const ts_tensor *x, size_t rows, ts_tensor **logits,
                   hl_err *e)
{
    hl_pass pass = {{NULL}};
    int status = 0;
    for (size_t i = 0; t->o.dropout > 0 && hl_head_hidden(t->head, i) && status == 0; i++)
        status = make_mask(t, i, rows, &pass.masks[i], e);
    if (status == 0)
        status = hl_head_logits(t->head, x, &pass, logits, e);
    for (size_t i = 0; i < HL_HEAD_MAX_LAYERS; i++)
        ts_free(pass.masks[i]);
    return status;
}

static int update(hl_trainer *t, hl_err *e)
{
    const ts_adam adam = {t->o.rate, 0.9, 0.999, 1e-7, t->step};
    for (size_t i = 0; i < hl_head_params(t->head); i++) {
        if (hl_head_param_kind(t->head, i) == HL_PARAM_AVERAGE)
            continue;
        ts_tensor *p = hl_head_param(t->head, i);
        const slot *s = &t->slots[i];
        const int failed = t->o.optimizer == HL_ADAM
                               ? ts_adam_step(p, s->first, s->second, &adam)
                               : ts_sgd_step(p, s->first, t->o.rate, t->o.momentum);
        if (failed)
            return torch_error(e);
    }
    return 0;
}

int hl_trainer_step(hl_trainer *t, const int64_t *rows, size_t n, hl_tally *sum, hl_err *e)
{
    int64_t *labels = hl_malloc(n, sizeof *labels);
    for (size_t i = 0; i < n; i++)
        labels[i] = t->train->labels[rows[i]];
    ts_tensor *x = NULL, *logits = NULL, *loss = NULL;
    t->step++;
    int status = ts_gather_rows(&x, t->train_x, rows, (int64_t)n) ? torch_error(e) : 0;
    if (status == 0)
        status = forward(t, x, n, &logits, e);
    if (status == 0)
        status = measure(t, logits, labels, n, t->o.class_weights != NULL, &loss, sum, e);
    if (status == 0 && ts_backward(loss))
        status = torch_error(e);
    if (status == 0)
        status = update(t, e);
    ts_free(loss);
    ts_free(logits);
    ts_free(x);
    free(labels);
    return status;
}

/* ---- the rest ---- */

void hl_trainer_set_rate(hl_trainer *t, double rate)
{
    t->o.rate = rate;
}

static int validate_rows(const hl_trainer *t, size_t first, size_t rows, hl_tally *sum, hl_err *e)
{
    const int64_t shape[2] = {(int64_t)rows, (int64_t)hl_head_inputs(t->head)};
    float *features = t->val->features + first * hl_head_inputs(t->head);
    ts_tensor *x = NULL, *logits = NULL, *loss = NULL;
    int status = ts_view_data(&x, features, TS_F32, 2, shape) ? torch_error(e) : 0;
    if (status == 0)
        status = hl_head_logits(t->head, x, NULL, &logits, e);
    if (status == 0)
        status = measure(t, logits, t->val->labels + first, rows, false, &loss, sum, e);
    ts_free(loss);
    ts_free(logits);
    ts_free(x);
    return status;
}

int hl_trainer_validate(hl_trainer *t, hl_tally *sum, hl_err *e)
{
    const size_t most = hl_head_tail(t->head) ? HL_TAIL_ROWS : t->val->n;
    int status = 0;
    ts_record_gradients(0);
    for (size_t i = 0; i < t->val->n && status == 0; i += most)
        status = validate_rows(t, i, t->val->n - i < most ? t->val->n - i : most, sum, e);
    ts_record_gradients(1);
    return status;
}

int hl_trainer_keep(hl_trainer *t, hl_err *e)
{
    for (size_t i = 0; i < hl_head_params(t->head); i++)
        if (ts_copy_into(t->slots[i].best, hl_head_param(t->head, i)))
            return torch_error(e);
    return 0;
}

int hl_trainer_restore(hl_trainer *t, hl_err *e)
{
    for (size_t i = 0; i < hl_head_params(t->head); i++)
        if (ts_copy_into(hl_head_param(t->head, i), t->slots[i].best))
            return torch_error(e);
    return 0;
}

int64_t hl_trainer_steps(const hl_trainer *t)
{
    return t->step;
}

void hl_trainer_set_steps(hl_trainer *t, int64_t steps)
{
    t->step = steps;
}

static size_t states_a_parameter(const hl_trainer *t)
{
    return t->o.optimizer == HL_ADAM ? 4 : 3;
}

size_t hl_trainer_states(const hl_trainer *t)
{
    return states_a_parameter(t) * hl_head_params(t->head);
}

ts_tensor *hl_trainer_state(const hl_trainer *t, size_t i, char name[HL_STATE_NAME])
{
    static const char *const of_adam[] = {"value", "best", "m", "v"};
    static const char *const of_sgd[] = {"value", "best", "momentum"};
    const size_t param = i / states_a_parameter(t), which = i % states_a_parameter(t);
    const slot *s = &t->slots[param];
    ts_tensor *const all[] = {hl_head_param(t->head, param), s->best, s->first, s->second};
    snprintf(name, HL_STATE_NAME, "%s/%zu", (t->o.optimizer == HL_ADAM ? of_adam : of_sgd)[which],
             param);
    return all[which];
}

static int prepare(hl_trainer *t, hl_err *e)
{
    const int64_t inputs = (int64_t)hl_head_inputs(t->head);
    if (ts_view_data(&t->train_x, t->train->features, TS_F32, 2,
                     (const int64_t[]){(int64_t)t->train->n, inputs}))
        return torch_error(e);
    for (size_t i = 0; i < hl_head_params(t->head); i++) {
        ts_tensor *p = hl_head_param(t->head, i);
        slot *s = &t->slots[i];
        if (ts_zeros_like(&s->first, p) || ts_zeros_like(&s->second, p) ||
            ts_zeros_like(&s->best, p) ||
            (hl_head_param_kind(t->head, i) != HL_PARAM_AVERAGE && ts_require_grad(p)))
            return torch_error(e);
    }
    return 0;
}

int hl_trainer_new(hl_trainer **result, hl_head *head, const hl_set *train, const hl_set *val,
                   const hl_step_options *o, hl_err *e)
{
    hl_trainer *t = hl_calloc(1, sizeof *t);
    *t = (hl_trainer){.head = head, .train = train, .val = val, .o = *o};
    t->slots = hl_calloc(hl_head_params(head), sizeof *t->slots);
    const int status = prepare(t, e);
    if (status)
        hl_trainer_free(t);
    else
        *result = t;
    return status;
}

void hl_trainer_free(hl_trainer *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < hl_head_params(t->head); i++) {
        ts_free(t->slots[i].first);
        ts_free(t->slots[i].second);
        ts_free(t->slots[i].best);
    }
    free(t->slots);
    ts_free(t->train_x);
    free(t);
}

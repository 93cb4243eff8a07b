/* SPDX-License-Identifier: BSD-2-Clause */
#include "stepper.h"

#include "base/mem.h"
#include "base/rng.h"
#include "format/convert.h"
#include "nn/head/head_internal.h"
#include "shim/held_signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an optimiser keeps for each parameter, and the best values seen. */
typedef struct slot {
    nn_param param;
    float *first, *second; /* Adam: m and v; SGD: momentum, none */
    float *best;
} slot;

struct train_stepper {
    nn_head *head;
    const train_dataset *train, *val;
    train_step_options o;
    slot *slots; /* [nn_head_params] */
    int64_t step;
};

/* ---- the loss ---- */

/* Added up in spans, always the same ones, whatever the number of threads. */
static double sum_of_squares(const float *v, size_t n, int threads)
{
    enum { SPAN = 1 << 16, FEW = 16 };
    const size_t spans = (n + SPAN - 1) / SPAN;
    double *part = hl_calloc(spans, sizeof *part), sum = 0;
    sigset_t before;
    hold_signals(&before); /* for the threads that this may start */
#pragma omp parallel for num_threads(spans < FEW ? 1 : threads) schedule(static)
    for (size_t s = 0; s < spans; s++)
        for (size_t i = s * SPAN; i < n && i < (s + 1) * SPAN; i++)
            part[s] += (double)v[i] * (double)v[i];
    release_signals(&before);
    for (size_t s = 0; s < spans; s++)
        sum += part[s];
    free(part);
    return sum;
}

/* l2 times the squares of all kernels. */
static double penalty(const train_stepper *t)
{
    double sum = 0;
    for (size_t i = 0; t->o.l2 > 0 && i < nn_head_params(t->head); i++) {
        const nn_param *p = &t->slots[i].param;
        if (p->kind == NN_PARAM_KERNEL)
            sum += sum_of_squares(p->values, p->n, t->o.threads);
    }
    return t->o.l2 * sum;
}

static size_t argmax(const float *v, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (v[k] > v[best])
            best = k;
    return best;
}

/* Adds a batch to the tally. slope, if it is not NULL, becomes the gradient of the loss with
 * respect to the logits; only where it is asked for do class weights count. */
static void measure(const train_stepper *t, const float *logits, const int64_t *labels, size_t n,
                    float *slope, train_tally *sum)
{
    const size_t classes = nn_head_classes(t->head);
    const float *weights = slope ? t->o.class_weights : NULL;
    double *p = hl_malloc(classes, sizeof *p), loss = 0;
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        const size_t label = (size_t)labels[i], top = argmax(row, classes);
        const double weight = weights ? (double)weights[label] : 1;
        double others = 0;
        for (size_t k = 0; k < classes; k++)
            others += p[k] = exp((double)row[k] - (double)row[top]);
        loss += weight * (log(others) - ((double)row[label] - (double)row[top]));
        for (size_t k = 0; slope && k < classes; k++)
            slope[i * classes + k] = (float)(weight * (p[k] / others - (k == label)) / (double)n);
        sum->right += top == label;
    }
    sum->loss += loss + penalty(t) * (double)n;
    sum->n += n;
    free(p);
}

/* ---- a step forward ---- */

/* Of a batch, what the way back needs. */
typedef struct pass {
    size_t n;
    int64_t *labels;
    float *features; /* [n, inputs of the head] */
    float *pooled;   /* of the tail, else the features; standardised */
    ts_tensor *graph;
    float *values[NN_HEAD_MAX_LAYERS]; /* of each layer, after ReLU and dropout; the last: logits */
    float *masks[NN_HEAD_MAX_LAYERS];  /* that hidden values were multiplied by; or NULL */
} pass;

static void gather(const train_stepper *t, const int64_t *rows, size_t n, pass *p)
{
    const size_t width = nn_head_inputs(t->head);
    *p = (pass){.n = n,
                .labels = hl_malloc(n, sizeof *p->labels),
                .features = hl_malloc(n * width, sizeof *p->features)};
    for (size_t i = 0; i < n; i++) {
        p->labels[i] = t->train->labels[rows[i]];
        memcpy(p->features + i * width, t->train->features + (size_t)rows[i] * width,
               width * sizeof *p->features);
    }
    p->pooled = p->features;
}

static void pass_free(pass *p)
{
    for (size_t i = 0; i < NN_HEAD_MAX_LAYERS; i++) {
        free(p->values[i]);
        free(p->masks[i]);
    }
    if (p->pooled != p->features)
        free(p->pooled);
    free(p->features);
    free(p->labels);
    ts_free(p->graph);
}

static float *make_mask(const train_stepper *t, size_t layer, size_t n)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train/dropout/%lld/%zu", (long long)t->step, layer);
    hl_rng r = hl_rng_make(t->o.seed, purpose);
    const float kept = (float)(1.0 / (1.0 - t->o.dropout));
    float *mask = hl_malloc(n, sizeof *mask);
    for (size_t i = 0; i < n; i++)
        mask[i] = hl_rng_uniform(&r) < t->o.dropout ? 0 : kept;
    return mask;
}

/* ReLU, and dropout. */
static void finish_hidden(const train_stepper *t, size_t layer, pass *p)
{
    float *y = p->values[layer];
    const size_t values = p->n * t->head->layers[layer].units;
    for (size_t i = 0; i < values; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
    if (!(t->o.dropout > 0))
        return;
    p->masks[layer] = make_mask(t, layer, values);
    for (size_t i = 0; i < values; i++)
        y[i] *= p->masks[layer][i];
}

static int forward(const train_stepper *t, pass *p, hl_err *e)
{
    const nn_head *h = t->head;
    if (h->tail) {
        p->pooled = hl_malloc(p->n * nn_finetune_outputs(h->tail), sizeof *p->pooled);
        if (nn_finetune_forward(h->tail, p->features, p->n, &p->graph, p->pooled, e))
            return -1;
    }
    nn_standardizer_apply(&h->standardizer, p->pooled, p->n, p->pooled);
    for (size_t i = 0; i < h->nlayers; i++) {
        p->values[i] = hl_malloc(p->n * h->layers[i].units, sizeof *p->values[i]);
        if (nn_dense_forward(&h->layers[i], i ? p->values[i - 1] : p->pooled, p->n, t->o.threads,
                             p->values[i], e))
            return -1;
        if (i + 1 < h->nlayers)
            finish_hidden(t, i, p);
    }
    return 0;
}

/* ---- and back ---- */

typedef struct change {
    const train_stepper *t;
    const slot *slot; /* of the first parameter that is meant */
} change;

static void change_values(void *ctx, size_t first, size_t n, const float *gradient)
{
    const change *c = ctx;
    const train_step_options *o = &c->t->o;
    const slot *s = c->slot;
    const bool decays = s->param.kind == NN_PARAM_KERNEL;
    const train_optimizer_rule rule = {o->optimizer, o->rate, o->momentum, decays ? 2 * o->l2 : 0,
                                       c->t->step};
    train_optimizer_step(&rule, s->param.values + first, s->first + first, s->second + first,
                         gradient, n);
}

static void change_bias(const change *c, const float *slope, size_t rows)
{
    const size_t units = c->slot->param.n;
    float *gradient = hl_calloc(units, sizeof *gradient);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < units; k++)
            gradient[k] += slope[i * units + k];
    change_values((void *)c, 0, units, gradient);
    free(gradient);
}

static void change_tail(void *ctx, size_t param, const float *gradient)
{
    const change *c = ctx;
    const change one = {c->t, c->slot + param};
    change_values((void *)&one, 0, one.slot->param.n, gradient);
}

/* From the gradient of what a layer gave to that of what its products gave. */
static void back_through_hidden(const pass *p, size_t layer, size_t values, float *slope)
{
    for (size_t i = 0; i < values; i++) {
        if (!(p->values[layer][i] > 0))
            slope[i] = 0;
        else if (p->masks[layer])
            slope[i] *= p->masks[layer][i];
    }
}

/* slope: of the logits; *below, owned by the caller, of what the layers stand on, if somebody asks.
 */
static int back_through_layers(const train_stepper *t, const pass *p, const float *slope,
                               float **below, hl_err *e)
{
    const nn_head *h = t->head;
    int status = 0;
    *below = NULL;
    for (size_t i = h->nlayers; i-- > 0 && status == 0;) {
        const nn_dense *d = &h->layers[i];
        const change kernel = {t, &t->slots[2 * i]}, bias = {t, &t->slots[2 * i + 1]};
        const size_t values = p->n * d->inputs;
        float *above = *below;
        const float *here = above ? above : slope;
        *below = i || h->tail ? hl_malloc(values, sizeof **below) : NULL;
        status = nn_dense_backward(d, i ? p->values[i - 1] : p->pooled, p->n, here, *below,
                                   t->o.threads, change_values, (void *)&kernel, e);
        if (status == 0)
            change_bias(&bias, here, p->n);
        if (status == 0 && i)
            back_through_hidden(p, i - 1, values, *below);
        free(above);
    }
    return status;
}

static int backward(const train_stepper *t, pass *p, const float *slope, hl_err *e)
{
    float *below;
    const change tail = {t, &t->slots[2 * t->head->nlayers]};
    int status = back_through_layers(t, p, slope, &below, e);
    if (status == 0 && t->head->tail) {
        nn_standardizer_backward(&t->head->standardizer, below, p->n);
        ts_tensor *graph = p->graph;
        p->graph = NULL;
        status = nn_finetune_backward(t->head->tail, graph, below, change_tail, (void *)&tail, e);
    }
    free(below);
    return status;
}

int train_stepper_step(train_stepper *t, const int64_t *rows, size_t n, train_tally *sum, hl_err *e)
{
    pass p;
    const nn_head *h = t->head;
    float *slope = hl_malloc(n * h->nclasses, sizeof *slope);
    gather(t, rows, n, &p);
    t->step++;
    int status = forward(t, &p, e);
    if (status == 0) {
        measure(t, p.values[h->nlayers - 1], p.labels, n, slope, sum);
        status = backward(t, &p, slope, e);
    }
    pass_free(&p);
    free(slope);
    return status;
}

/* ---- the rest ---- */

void train_stepper_set_rate(train_stepper *t, double rate)
{
    t->o.rate = rate;
}

int train_stepper_validate(train_stepper *t, train_tally *sum, hl_err *e)
{
    const train_dataset *v = t->val;
    float *logits = hl_malloc(v->n * nn_head_classes(t->head), sizeof *logits);
    const int status = nn_head_logits(t->head, v->n, v->features, t->o.threads, logits, e);
    if (status == 0)
        measure(t, logits, v->labels, v->n, NULL, sum);
    free(logits);
    return status;
}

void train_stepper_keep(train_stepper *t)
{
    for (size_t i = 0; i < nn_head_params(t->head); i++) {
        const slot *s = &t->slots[i];
        memcpy(s->best, s->param.values, s->param.n * sizeof *s->best);
    }
}

void train_stepper_restore(train_stepper *t)
{
    for (size_t i = 0; i < nn_head_params(t->head); i++) {
        const slot *s = &t->slots[i];
        memcpy(s->param.values, s->best, s->param.n * sizeof *s->best);
    }
}

bool train_stepper_is_finite(const train_stepper *t)
{
    for (size_t i = 0; i < nn_head_params(t->head); i++)
        if (!hl_all_finite(t->slots[i].param.values, t->slots[i].param.n))
            return false;
    return true;
}

int64_t train_stepper_steps(const train_stepper *t)
{
    return t->step;
}

void train_stepper_set_steps(train_stepper *t, int64_t steps)
{
    t->step = steps;
}

static size_t states_a_parameter(const train_stepper *t)
{
    return t->o.optimizer == TRAIN_ADAM ? 4 : 3;
}

size_t train_stepper_states(const train_stepper *t)
{
    return states_a_parameter(t) * nn_head_params(t->head);
}

train_state_tensor train_stepper_state(const train_stepper *t, size_t i)
{
    static const char *const of_adam[] = {"value", "best", "m", "v"};
    static const char *const of_sgd[] = {"value", "best", "momentum"};
    const size_t param = i / states_a_parameter(t), which = i % states_a_parameter(t);
    const slot *s = &t->slots[param];
    float *const all[] = {s->param.values, s->best, s->first, s->second};
    train_state_tensor state = {.values = all[which], .n = s->param.n, .rank = s->param.rank};
    memcpy(state.shape, s->param.shape, sizeof state.shape);
    snprintf(state.name, sizeof state.name, "%s/%zu",
             (t->o.optimizer == TRAIN_ADAM ? of_adam : of_sgd)[which], param);
    return state;
}

train_stepper *train_stepper_new(nn_head *head, const train_dataset *train,
                                 const train_dataset *val, const train_step_options *o)
{
    train_stepper *t = hl_calloc(1, sizeof *t);
    *t = (train_stepper){.head = head, .train = train, .val = val, .o = *o};
    t->slots = hl_calloc(nn_head_params(head), sizeof *t->slots);
    for (size_t i = 0; i < nn_head_params(head); i++) {
        const nn_param p = nn_head_param(head, i);
        t->slots[i] = (slot){p, hl_calloc(p.n, sizeof(float)), hl_calloc(p.n, sizeof(float)),
                             hl_calloc(p.n, sizeof(float))};
    }
    return t;
}

void train_stepper_free(train_stepper *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < nn_head_params(t->head); i++) {
        free(t->slots[i].first);
        free(t->slots[i].second);
        free(t->slots[i].best);
    }
    free(t->slots);
    free(t);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "stepper_internal.h"

#include "base/mem.h"
#include "base/rng.h"
#include "nn/head/head_internal.h"

#include <stdio.h>
#include <stdlib.h>

train_stepper *train_stepper_new(nn_head *head, const train_dataset *train, train_dataset *val,
                                 const train_step_options *o)
{
    train_stepper *t = hl_calloc(1, sizeof *t);
    *t = (train_stepper){.head = head, .train = train, .val = val, .o = *o};
    t->slots = hl_calloc(nn_head_params(head), sizeof *t->slots);
    for (size_t i = 0; i < nn_head_params(head); i++) {
        const nn_param p = nn_head_param(head, i);
        t->slots[i] = (train_slot){p, hl_calloc(p.n, sizeof(float)), hl_calloc(p.n, sizeof(float)),
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
        free(t->slots[i].kept);
    }
    free(t->slots);
    free(t);
}

void train_stepper_set_rate(train_stepper *t, double rate)
{
    t->o.rate = rate;
}

/* ---- forward pass ---- */

/* Activations of one batch, kept for the backward pass. */
typedef struct pass {
    size_t n;
    int64_t *labels;
    float *features; /* [n, inputs of the head] */
    float *pooled;   /* output of the fine-tuned layers, or the features; standardised */
    ts_tensor *graph;
    float *values[NN_HEAD_MAX_LAYERS]; /* output of each layer, after ReLU and dropout; the last:
                                          logits */
    float *masks[NN_HEAD_MAX_LAYERS];  /* dropout: factors of the hidden values, or NULL */
} pass;

static int gather(const train_stepper *t, const int64_t *rows, size_t n, pass *p, hl_err *e)
{
    const size_t width = nn_head_inputs(t->head);
    *p = (pass){.n = n,
                .labels = hl_malloc(n, sizeof *p->labels),
                .features = hl_malloc(n * width, sizeof *p->features)};
    for (size_t i = 0; i < n; i++)
        p->labels[i] = t->train->labels[rows[i]];
    p->pooled = p->features;
    return train_dataset_gather(t->train, rows, n, p->features, e);
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

static float *dropout_mask(const train_stepper *t, size_t layer, size_t n)
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

/* Applies ReLU and dropout. */
static void activate_hidden(const train_stepper *t, size_t layer, pass *p)
{
    float *y = p->values[layer];
    const size_t values = p->n * t->head->layers[layer].units;
    for (size_t i = 0; i < values; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
    if (!(t->o.dropout > 0))
        return;
    p->masks[layer] = dropout_mask(t, layer, values);
    for (size_t i = 0; i < values; i++)
        y[i] *= p->masks[layer][i];
}

static int forward(const train_stepper *t, pass *p, hl_err *e)
{
    const nn_head *h = t->head;
    if (h->finetune) {
        p->pooled = hl_malloc(p->n * nn_finetune_outputs(h->finetune), sizeof *p->pooled);
        if (nn_finetune_forward(h->finetune, p->features, p->n, &p->graph, p->pooled, e))
            return -1;
    }
    nn_standardizer_apply(&h->standardizer, p->pooled, p->n, p->pooled);
    for (size_t i = 0; i < h->nlayers; i++) {
        p->values[i] = hl_malloc(p->n * h->layers[i].units, sizeof *p->values[i]);
        nn_dense_forward(&h->layers[i], i ? p->values[i - 1] : p->pooled, p->n, t->o.threads,
                         p->values[i]);
        if (i + 1 < h->nlayers)
            activate_hidden(t, i, p);
    }
    return 0;
}

/* ---- backward pass, with updates ---- */

typedef struct update {
    const train_stepper *t;
    const train_slot *slot; /* of the parameter; of the first one for fine-tuned layers */
} update;

static void update_values(void *ctx, size_t first, size_t n, const float *gradient)
{
    const update *u = ctx;
    const train_step_options *o = &u->t->o;
    const train_slot *s = u->slot;
    const bool is_kernel = s->param.kind == NN_PARAM_KERNEL;
    const train_optimizer_rule rule = {o->optimizer, o->rate, o->momentum,
                                       is_kernel ? 2 * o->l2 : 0, u->t->step};
    train_optimizer_step(&rule, s->param.values + first, s->first + first, s->second + first,
                         gradient, n);
}

static void update_bias(const update *u, const float *grad_out, size_t rows)
{
    const size_t units = u->slot->param.n;
    float *gradient = hl_calloc(units, sizeof *gradient);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < units; k++)
            gradient[k] += grad_out[i * units + k];
    update_values((void *)u, 0, units, gradient);
    free(gradient);
}

static void update_finetuned(void *ctx, size_t param, const float *gradient)
{
    const update *u = ctx;
    const update one = {u->t, u->slot + param};
    update_values((void *)&one, 0, one.slot->param.n, gradient);
}

/* Backward pass of ReLU and dropout, in place. */
static void hidden_backward(const pass *p, size_t layer, size_t values, float *grad)
{
    for (size_t i = 0; i < values; i++) {
        if (!(p->values[layer][i] > 0))
            grad[i] = 0;
        else if (p->masks[layer])
            grad[i] *= p->masks[layer][i];
    }
}

/* Backward pass of the dense layers. *grad_in, owned by the caller, is the gradient with respect to
 * their input, or NULL if there are no fine-tuned layers. */
static void layers_backward(const train_stepper *t, const pass *p, const float *grad_logits,
                            float **grad_in)
{
    const nn_head *h = t->head;
    *grad_in = NULL;
    for (size_t i = h->nlayers; i-- > 0;) {
        const nn_dense *d = &h->layers[i];
        const update kernel = {t, &t->slots[2 * i]}, bias = {t, &t->slots[2 * i + 1]};
        const size_t values = p->n * d->inputs;
        float *previous = *grad_in;
        const float *grad_out = previous ? previous : grad_logits;
        *grad_in = i || h->finetune ? hl_malloc(values, sizeof **grad_in) : NULL;
        nn_dense_backward(d, i ? p->values[i - 1] : p->pooled, p->n, grad_out, *grad_in,
                          t->o.threads, update_values, (void *)&kernel);
        update_bias(&bias, grad_out, p->n);
        if (i)
            hidden_backward(p, i - 1, values, *grad_in);
        free(previous);
    }
}

static int backward(const train_stepper *t, pass *p, const float *grad_logits, hl_err *e)
{
    float *grad_in;
    const update finetuned = {t, &t->slots[2 * t->head->nlayers]};
    int status = 0;
    layers_backward(t, p, grad_logits, &grad_in);
    if (t->head->finetune) {
        nn_standardizer_backward(&t->head->standardizer, grad_in, p->n);
        ts_tensor *graph = p->graph;
        p->graph = NULL;
        status = nn_finetune_backward(t->head->finetune, graph, grad_in, update_finetuned,
                                      (void *)&finetuned, e);
    }
    free(grad_in);
    return status;
}

int train_stepper_step(train_stepper *t, const int64_t *rows, size_t n, train_sums *sums, hl_err *e)
{
    pass p;
    const nn_head *h = t->head;
    float *grad_logits = hl_malloc(n * h->nclasses, sizeof *grad_logits);
    int status = gather(t, rows, n, &p, e);
    t->step++;
    if (status == 0)
        status = forward(t, &p, e);
    if (status == 0) {
        train_loss(t, p.values[h->nlayers - 1], p.labels, n, grad_logits, sums);
        status = backward(t, &p, grad_logits, e);
    }
    pass_free(&p);
    free(grad_logits);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of the models, tests of the pairs, and with several classes those of each of them. */
#include "base/mem.h"
#include "comparison.h"
#include "stats/holm.h"
#include "stats/ratio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- metrics of a model ---- */

void compare_recalls(const comparison *c, const hl_predictions *p, const uint32_t *weight,
                     double *recall)
{
    double *support = hl_calloc(c->nclasses, sizeof *support);
    double *hits = hl_calloc(c->nclasses, sizeof *hits);
    for (size_t i = 0; i < c->n; i++) {
        const double w = weight ? weight[i] : 1;
        support[p->rows[i].label] += w;
        hits[p->rows[i].label] += p->rows[i].label == p->rows[i].predicted ? w : 0;
    }
    for (size_t k = 0; k < c->nclasses; k++)
        recall[k] = hl_ratio(hits[k], support[k]);
    free(support);
    free(hits);
}

double compare_macro_recall(const comparison *c, const hl_predictions *p, const uint32_t *weight)
{
    double *recall = hl_malloc(c->nclasses, sizeof *recall), sum = 0;
    compare_recalls(c, p, weight, recall);
    for (size_t k = 0; k < c->nclasses; k++)
        sum += recall[k];
    free(recall);
    return sum / (double)c->nclasses;
}

double compare_accuracy(const comparison *c, const hl_predictions *p, const uint32_t *weight)
{
    double all = 0, right = 0;
    for (size_t i = 0; i < c->n; i++) {
        const double w = weight ? weight[i] : 1;
        all += w;
        right += p->rows[i].label == p->rows[i].predicted ? w : 0;
    }
    return right / all;
}

void compare_rank(const comparison *c, const hl_predictions *p, int cls, hl_binary *b)
{
    uint32_t *label = hl_malloc(c->n, sizeof *label), *predicted = hl_malloc(c->n, sizeof *label);
    for (size_t i = 0; i < c->n; i++) {
        label[i] = p->rows[i].label;
        predicted[i] = p->rows[i].predicted;
    }
    hl_binary_of_class(b, c->n, c->nclasses, label, predicted, p->p, (uint32_t)cls);
    free(label);
    free(predicted);
}

static double auroc(const comparison *c, const hl_predictions *p)
{
    if (c->positive == HL_NO_POSITIVE)
        return NAN;
    hl_binary b;
    compare_rank(c, p, c->positive, &b);
    const double area = hl_binary_auroc(&b, NULL);
    hl_binary_free(&b);
    return area;
}

static void measure_model(const comparison *c, compare_model *m)
{
    m->metric[COMPARE_ACCURACY] = compare_accuracy(c, &m->predictions, NULL);
    m->metric[COMPARE_MACRO_RECALL] = compare_macro_recall(c, &m->predictions, NULL);
    m->metric[COMPARE_AUROC] = auroc(c, &m->predictions);
}

/* ---- pairs ---- */

static void test_pair(const comparison *c, compare_pair *pair)
{
    const hl_predictions *a = &c->models[pair->a].predictions, *b = &c->models[pair->b].predictions;
    uint8_t *positive = hl_malloc(c->n, 1);
    double *x = hl_malloc(c->n, sizeof *x), *y = hl_malloc(c->n, sizeof *y);
    for (size_t i = 0; i < c->n; i++) {
        const bool right_a = a->rows[i].predicted == a->rows[i].label;
        const bool right_b = b->rows[i].predicted == b->rows[i].label;
        pair->only_a += right_a && !right_b;
        pair->only_b += right_b && !right_a;
        positive[i] = (int)a->rows[i].label == c->positive;
        x[i] = c->positive < 0 ? 0 : a->p[i * c->nclasses + (size_t)c->positive];
        y[i] = c->positive < 0 ? 0 : b->p[i * c->nclasses + (size_t)c->positive];
    }
    pair->mcnemar = compare_mcnemar(pair->only_a, pair->only_b);
    pair->delong = hl_delong_compare(c->n, positive, x, y); /* NaN without a positive class */
    for (size_t f = 0; f < COMPARE_METRICS; f++)
        pair->difference[f] = c->models[pair->a].metric[f] - c->models[pair->b].metric[f];
    free(positive);
    free(x);
    free(y);
}

static void correct(comparison *c)
{
    double *p = hl_malloc(c->npairs, sizeof *p), *q = hl_malloc(c->npairs, sizeof *q);
    for (size_t i = 0; i < c->npairs; i++) {
        p[i] = c->pairs[i].mcnemar.p;
        q[i] = c->pairs[i].delong.p;
    }
    hl_holm_adjust(p, c->npairs);
    hl_holm_adjust(q, c->npairs);
    for (size_t i = 0; i < c->npairs; i++) {
        c->pairs[i].mcnemar_holm = p[i];
        c->pairs[i].delong_holm = q[i];
    }
    free(p);
    free(q);
}

/* Metrics and tests of c, which has its models and its positive class. */
static void measure(comparison *c)
{
    c->pairs = hl_calloc(c->nmodels * (c->nmodels - 1) / 2 + 1, sizeof *c->pairs);
    for (size_t i = 0; i < c->nmodels; i++)
        measure_model(c, &c->models[i]);
    for (size_t a = 0; a < c->nmodels; a++)
        for (size_t b = a + 1; b < c->nmodels; b++) {
            c->pairs[c->npairs] = (compare_pair){.a = a, .b = b};
            test_pair(c, &c->pairs[c->npairs++]);
        }
    correct(c);
}

/* ---- several classes, each against the rest ---- */

/* The models are copies that own nothing: their predictions are those of c. */
static comparison with_positive(const comparison *c, int cls)
{
    comparison of = *c;
    of.positive = cls;
    of.pairs = NULL;
    of.npairs = 0;
    of.of_class = NULL;
    of.models = hl_malloc(c->nmodels, sizeof *of.models);
    memcpy(of.models, c->models, c->nmodels * sizeof *of.models);
    return of;
}

static void correct_classes(comparison *c)
{
    const size_t n = c->nclasses * c->npairs;
    double *p = hl_malloc(n, sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = c->of_class[i / c->npairs].pairs[i % c->npairs].delong.p;
    hl_holm_adjust(p, n);
    for (size_t i = 0; i < n; i++)
        c->of_class[i / c->npairs].pairs[i % c->npairs].delong_holm = p[i];
    free(p);
}

static void measure_classes(comparison *c)
{
    c->of_class = hl_calloc(c->nclasses, sizeof *c->of_class);
    for (size_t k = 0; k < c->nclasses; k++) {
        c->of_class[k] = with_positive(c, (int)k);
        measure(&c->of_class[k]);
    }
    correct_classes(c);
}

int compare_compute(comparison *c, size_t resamples, uint64_t seed, int jobs, hl_err *e)
{
    c->resamples = resamples;
    c->seed = seed;
    measure(c);
    if (c->nclasses > 2)
        measure_classes(c);
    return compare_bootstrap(c, jobs, e);
}

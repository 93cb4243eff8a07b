/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "stats/binary_metrics.h"
#include "stats/ratio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_metric_names[COMPARE_METRICS] = {"accuracy", "macro_recall", "auroc"};

/* ---- reading ---- */

typedef struct keyed {
    hl_prediction row;
    size_t i;
} keyed;

static int by_sample(const void *a, const void *b)
{
    return strcmp(((const keyed *)a)->row.sample, ((const keyed *)b)->row.sample);
}

/* So that sample i is the same in all files, whatever their order. */
static void sort_rows(hl_predictions *p)
{
    keyed *k = hl_malloc(p->n, sizeof *k);
    double *sorted = hl_malloc(p->n * p->nclasses, sizeof *sorted);
    for (size_t i = 0; i < p->n; i++)
        k[i] = (keyed){p->rows[i], i};
    qsort(k, p->n, sizeof *k, by_sample);
    for (size_t i = 0; i < p->n; i++) {
        p->rows[i] = k[i].row;
        memcpy(sorted + i * p->nclasses, p->p + k[i].i * p->nclasses, p->nclasses * sizeof *sorted);
    }
    free(k);
    free(p->p);
    p->p = sorted;
}

static int check_once(const compare_model *m, hl_err *e)
{
    for (size_t i = 1; i < m->predictions.n; i++)
        if (strcmp(m->predictions.rows[i].sample, m->predictions.rows[i - 1].sample) == 0)
            return hl_fail(e, "%s: sample '%s' stands there twice", m->file,
                           m->predictions.rows[i].sample);
    return 0;
}

static int same_samples(const compare_model *a, const compare_model *b, hl_err *e)
{
    const hl_predictions *x = &a->predictions, *y = &b->predictions;
    for (size_t i = 0; i < x->n || i < y->n; i++) {
        const hl_prediction *p = i < x->n ? &x->rows[i] : NULL, *q = i < y->n ? &y->rows[i] : NULL;
        const int order = !p ? 1 : !q ? -1 : strcmp(p->sample, q->sample);
        if (order)
            return hl_fail(e, "sample '%s' is in %s, but not in %s: expected the same samples",
                           order < 0 ? p->sample : q->sample, order < 0 ? a->file : b->file,
                           order < 0 ? b->file : a->file);
        if (p->label != q->label || strcmp(p->patient, q->patient) != 0)
            return hl_fail(e, "sample '%s' has label %s and patient %s in %s, %s and %s in %s",
                           p->sample, x->classes[p->label], p->patient, a->file,
                           y->classes[q->label], q->patient, b->file);
    }
    return 0;
}

static int read_model(comparison *s, size_t i, const char *subset, hl_err *e)
{
    compare_model *m = &s->models[i], *first = &s->models[0];
    const char *const *classes = i ? s->classes : NULL;
    if (hl_predictions_read(&m->predictions, m->file, classes, s->nclasses, first->file, subset, e))
        return -1;
    s->nmodels++;
    if (m->predictions.n == 0)
        return hl_fail(e, "%s: it has no sample of the subset '%s'", m->file, subset);
    sort_rows(&m->predictions);
    if (i == 0) {
        s->classes = m->predictions.classes;
        s->nclasses = m->predictions.nclasses;
        s->n = m->predictions.n;
    }
    return check_once(m, e) || (i && same_samples(first, m, e)) ? -1 : 0;
}

int compare_read(comparison *s, char *const *files, const char *const *names, size_t n,
                 const char *subset, hl_err *e)
{
    *s = (comparison){0};
    s->models = hl_calloc(n, sizeof *s->models);
    for (size_t i = 0; i < n; i++) {
        s->models[i].name = names[i];
        s->models[i].file = files[i];
        if (read_model(s, i, subset, e))
            return -1;
    }
    return 0;
}

void compare_free(comparison *s)
{
    for (size_t i = 0; i < s->nmodels; i++)
        hl_predictions_free(&s->models[i].predictions);
    free(s->models);
    free(s->pairs);
    *s = (comparison){0};
}

/* ---- figures of one model, with weights ---- */

static double macro_recall(const comparison *s, const hl_predictions *p, const uint32_t *weight)
{
    double *support = hl_calloc(s->nclasses, sizeof *support), sum = 0;
    double *hits = hl_calloc(s->nclasses, sizeof *hits);
    for (size_t i = 0; i < s->n; i++) {
        const double w = weight ? weight[i] : 1;
        support[p->rows[i].label] += w;
        hits[p->rows[i].label] += p->rows[i].label == p->rows[i].predicted ? w : 0;
    }
    for (size_t k = 0; k < s->nclasses; k++)
        sum += hl_ratio(hits[k], support[k]);
    free(support);
    free(hits);
    return sum / (double)s->nclasses;
}

static double accuracy(const comparison *s, const hl_predictions *p, const uint32_t *weight)
{
    double all = 0, right = 0;
    for (size_t i = 0; i < s->n; i++) {
        const double w = weight ? weight[i] : 1;
        all += w;
        right += p->rows[i].label == p->rows[i].predicted ? w : 0;
    }
    return right / all;
}

/* Sorted once; empty where there are not two classes. */
static void rank_model(const comparison *s, const hl_predictions *p, hl_binary *b)
{
    *b = (hl_binary){0};
    if (s->nclasses != 2)
        return;
    double *score = hl_malloc(s->n, sizeof *score);
    uint8_t *positive = hl_malloc(s->n, 1), *predicted = hl_malloc(s->n, 1);
    for (size_t i = 0; i < s->n; i++) {
        score[i] = p->p[2 * i + 1];
        positive[i] = p->rows[i].label == 1;
        predicted[i] = p->rows[i].predicted == 1;
    }
    hl_binary_init(b, s->n, score, positive, predicted);
    free(score);
    free(positive);
    free(predicted);
}

static void figures_of(const comparison *s, size_t model, const hl_binary *b,
                       const uint32_t *weight, double out[COMPARE_METRICS])
{
    const hl_predictions *p = &s->models[model].predictions;
    double all[HL_BINARY_METRICS];
    out[COMPARE_ACCURACY] = accuracy(s, p, weight);
    out[COMPARE_MACRO_RECALL] = macro_recall(s, p, weight);
    out[COMPARE_AUROC] = NAN;
    if (s->nclasses == 2) {
        hl_binary_metrics_compute(b, weight, all);
        out[COMPARE_AUROC] = all[HL_AUROC];
    }
}

/* ---- the bootstrap, of all models at once ---- */

typedef struct course {
    const comparison *s;
    const hl_binary *ranks;
    hl_bootstrap draw;
    double *values; /* [model, figure, resample] */
} course;

static double *value_of(const course *c, size_t model, size_t figure)
{
    return c->values + (model * COMPARE_METRICS + figure) * c->s->resamples;
}

static int resample(void *ctx, size_t r, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    course *c = ctx;
    uint32_t *weight = hl_malloc(c->s->n, sizeof *weight);
    uint32_t *drawn = hl_malloc(c->draw.patients, sizeof *drawn);
    hl_bootstrap_draw(&c->draw, r, drawn, weight);
    for (size_t m = 0; m < c->s->nmodels; m++) {
        double figure[COMPARE_METRICS];
        figures_of(c->s, m, &c->ranks[m], weight, figure);
        for (size_t f = 0; f < COMPARE_METRICS; f++)
            value_of(c, m, f)[r] = figure[f];
    }
    free(weight);
    free(drawn);
    return 0;
}

static const double level = 0.95;

/* Differences first: intervals sort the values. */
static void take_intervals(comparison *s, const course *c)
{
    double *difference = hl_malloc(s->resamples, sizeof *difference);
    for (size_t i = 0; i < s->npairs; i++)
        for (size_t f = 0; f < COMPARE_METRICS; f++) {
            const double *a = value_of(c, s->pairs[i].a, f), *b = value_of(c, s->pairs[i].b, f);
            for (size_t r = 0; r < s->resamples; r++)
                difference[r] = a[r] - b[r];
            s->pairs[i].interval[f] = hl_percentiles(difference, s->resamples, level);
        }
    free(difference);
    for (size_t m = 0; m < s->nmodels; m++)
        for (size_t f = 0; f < COMPARE_METRICS; f++)
            s->models[m].interval[f] = hl_percentiles(value_of(c, m, f), s->resamples, level);
}

static int bootstrap(comparison *s, const hl_binary *ranks, int jobs, hl_err *e)
{
    course c = {.s = s, .ranks = ranks};
    const char **patients = hl_malloc(s->n, sizeof *patients);
    for (size_t i = 0; i < s->n; i++)
        patients[i] = s->models[0].predictions.rows[i].patient;
    hl_bootstrap_init(&c.draw, s->n, patients, s->seed);
    free(patients);
    s->patients = c.draw.patients;
    c.values = hl_malloc(s->nmodels * COMPARE_METRICS * s->resamples, sizeof *c.values);
    const int status = hl_ordered_map(s->resamples, jobs, resample, NULL, &c, e);
    if (status == 0)
        take_intervals(s, &c);
    free(c.values);
    hl_bootstrap_free(&c.draw);
    return status;
}

/* ---- pairs ---- */

static void test_pair(const comparison *s, compare_pair *pair)
{
    const hl_predictions *a = &s->models[pair->a].predictions, *b = &s->models[pair->b].predictions;
    uint8_t *positive = hl_malloc(s->n, 1);
    double *x = hl_malloc(s->n, sizeof *x), *y = hl_malloc(s->n, sizeof *y);
    for (size_t i = 0; i < s->n; i++) {
        const bool right_a = a->rows[i].predicted == a->rows[i].label;
        const bool right_b = b->rows[i].predicted == b->rows[i].label;
        pair->only_a += right_a && !right_b;
        pair->only_b += right_b && !right_a;
        positive[i] = a->rows[i].label == 1;
        x[i] = a->p[i * s->nclasses + s->nclasses - 1];
        y[i] = b->p[i * s->nclasses + s->nclasses - 1];
    }
    pair->mcnemar = compare_mcnemar(pair->only_a, pair->only_b);
    pair->delong = s->nclasses == 2 ? compare_delong(s->n, positive, x, y)
                                    : (compare_delong_result){NAN, NAN, NAN, NAN, NAN};
    for (size_t f = 0; f < COMPARE_METRICS; f++)
        pair->difference[f] = s->models[pair->a].figure[f] - s->models[pair->b].figure[f];
    free(positive);
    free(x);
    free(y);
}

static void correct(comparison *s)
{
    double *p = hl_malloc(s->npairs, sizeof *p), *q = hl_malloc(s->npairs, sizeof *q);
    for (size_t i = 0; i < s->npairs; i++) {
        p[i] = s->pairs[i].mcnemar.p;
        q[i] = s->pairs[i].delong.p;
    }
    compare_holm_adjust(p, s->npairs);
    compare_holm_adjust(q, s->npairs);
    for (size_t i = 0; i < s->npairs; i++) {
        s->pairs[i].mcnemar_holm = p[i];
        s->pairs[i].delong_holm = q[i];
    }
    free(p);
    free(q);
}

int compare_compute(comparison *s, size_t resamples, uint64_t seed, int jobs, hl_err *e)
{
    s->resamples = resamples;
    s->seed = seed;
    hl_binary *ranks = hl_calloc(s->nmodels, sizeof *ranks);
    s->pairs = hl_calloc(s->nmodels * (s->nmodels - 1) / 2 + 1, sizeof *s->pairs);
    for (size_t i = 0; i < s->nmodels; i++) {
        rank_model(s, &s->models[i].predictions, &ranks[i]);
        figures_of(s, i, &ranks[i], NULL, s->models[i].figure);
    }
    for (size_t a = 0; a < s->nmodels; a++)
        for (size_t b = a + 1; b < s->nmodels; b++) {
            s->pairs[s->npairs] = (compare_pair){.a = a, .b = b};
            test_pair(s, &s->pairs[s->npairs++]);
        }
    correct(s);
    const int status = bootstrap(s, ranks, jobs, e);
    for (size_t i = 0; i < s->nmodels; i++)
        hl_binary_free(&ranks[i]);
    free(ranks);
    return status;
}

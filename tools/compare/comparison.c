/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "stats/binary_metrics.h"
#include "stats/holm.h"
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

/* Afterwards sample i is the same in all files, whatever their order. */
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
            return hl_fail(e, "%s: sample '%s' appears twice", m->file,
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

static int set_positive(comparison *c, size_t i, const char *asked, hl_err *e)
{
    const hl_predictions *p = &c->models[i].predictions;
    return i ? hl_predictions_check_positive(p, asked, c->positive, c->models[0].file, e)
             : hl_predictions_choose_positive(p, asked, &c->positive, e);
}

/* Different combinations of the images of the same units can be compared. */
static int check_unit(const comparison *c, const compare_model *m, hl_err *e)
{
    const compare_model *first = &c->models[0];
    const int a = first->predictions.rule.unit, b = m->predictions.rule.unit;
    return a == b ? 0
                  : hl_fail(e, "units differ: %s has predictions of %s, %s of %s", first->file,
                            hl_unit_plurals[a], m->file, hl_unit_plurals[b]);
}

static int read_model(comparison *c, size_t i, const char *subset, const char *positive, hl_err *e)
{
    compare_model *m = &c->models[i], *first = &c->models[0];
    const char *const *classes = i ? c->classes : NULL;
    if (hl_predictions_read(&m->predictions, m->file, classes, c->nclasses, first->file, subset, e))
        return -1;
    c->nmodels++;
    if (m->predictions.n == 0)
        return hl_fail(e, "%s: has no sample of the subset '%s'", m->file, subset);
    sort_rows(&m->predictions);
    if (i == 0) {
        c->classes = m->predictions.classes;
        c->nclasses = m->predictions.nclasses;
        c->n = m->predictions.n;
    }
    return check_unit(c, m, e) || set_positive(c, i, positive, e) || check_once(m, e) ||
                   (i && same_samples(first, m, e))
               ? -1
               : 0;
}

int compare_read(comparison *c, char *const *files, const char *const *names, size_t n,
                 const char *subset, const char *positive, hl_err *e)
{
    *c = (comparison){.positive = HL_NO_POSITIVE};
    c->models = hl_calloc(n, sizeof *c->models);
    for (size_t i = 0; i < n; i++) {
        c->models[i].name = names[i];
        c->models[i].file = files[i];
        if (read_model(c, i, subset, positive, e))
            return -1;
    }
    return 0;
}

void compare_free(comparison *c)
{
    compare_free_classes(c);
    for (size_t i = 0; i < c->nmodels; i++)
        hl_predictions_free(&c->models[i].predictions);
    free(c->models);
    free(c->pairs);
    *c = (comparison){0};
}

/* ---- metrics of one model; weight NULL: 1 for each sample ---- */

static void class_recalls(const comparison *c, const hl_predictions *p, const uint32_t *weight,
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

static double macro_recall(const comparison *c, const hl_predictions *p, const uint32_t *weight)
{
    double *recall = hl_malloc(c->nclasses, sizeof *recall), sum = 0;
    class_recalls(c, p, weight, recall);
    for (size_t k = 0; k < c->nclasses; k++)
        sum += recall[k];
    free(recall);
    return sum / (double)c->nclasses;
}

static double accuracy(const comparison *c, const hl_predictions *p, const uint32_t *weight)
{
    double all = 0, right = 0;
    for (size_t i = 0; i < c->n; i++) {
        const double w = weight ? weight[i] : 1;
        all += w;
        right += p->rows[i].label == p->rows[i].predicted ? w : 0;
    }
    return right / all;
}

/* Sorts the samples once for all resamples; empty if there is no positive class. */
static void rank_model(const comparison *c, const hl_predictions *p, hl_binary *b)
{
    *b = (hl_binary){0};
    if (c->positive == HL_NO_POSITIVE)
        return;
    uint32_t *label = hl_malloc(c->n, sizeof *label), *predicted = hl_malloc(c->n, sizeof *label);
    for (size_t i = 0; i < c->n; i++) {
        label[i] = p->rows[i].label;
        predicted[i] = p->rows[i].predicted;
    }
    hl_binary_of_class(b, c->n, c->nclasses, label, predicted, p->p, (uint32_t)c->positive);
    free(label);
    free(predicted);
}

static void compute_metrics(const comparison *c, size_t model, const hl_binary *b,
                            const uint32_t *weight, double out[COMPARE_METRICS])
{
    const hl_predictions *p = &c->models[model].predictions;
    double all[HL_BINARY_METRICS];
    out[COMPARE_ACCURACY] = accuracy(c, p, weight);
    out[COMPARE_MACRO_RECALL] = macro_recall(c, p, weight);
    out[COMPARE_AUROC] = NAN;
    if (c->positive != HL_NO_POSITIVE) {
        hl_binary_metrics_compute(b, weight, all);
        out[COMPARE_AUROC] = all[HL_AUROC];
    }
}

/* ---- the bootstrap, of all models at once ---- */

typedef struct resampling {
    const comparison *c;
    const hl_binary *ranks; /* [models] */
    hl_bootstrap bootstrap;
    double *values; /* [model, metric, resample] */
    bool *lacks;    /* [resample]: without one of the classes */
} resampling;

static double *value_of(const resampling *rs, size_t model, size_t metric)
{
    return rs->values + (model * COMPARE_METRICS + metric) * rs->c->resamples;
}

static bool lacks_a_class(const comparison *c, const uint32_t *weight)
{
    uint64_t *all = hl_calloc(c->nclasses, sizeof *all),
             *here = hl_calloc(c->nclasses, sizeof *all);
    bool lacks = false;
    for (size_t i = 0; i < c->n; i++) {
        all[c->models[0].predictions.rows[i].label]++;
        here[c->models[0].predictions.rows[i].label] += weight[i];
    }
    for (size_t k = 0; k < c->nclasses; k++)
        lacks |= all[k] && !here[k];
    free(all);
    free(here);
    return lacks;
}

/* Of a resample that lacks a class, only the accuracy remains. */
static int resample(void *ctx, size_t r, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    resampling *rs = ctx;
    uint32_t *weight = hl_malloc(rs->c->n, sizeof *weight);
    uint32_t *drawn = hl_malloc(rs->bootstrap.patients, sizeof *drawn);
    hl_bootstrap_draw(&rs->bootstrap, r, drawn, weight);
    rs->lacks[r] = lacks_a_class(rs->c, weight);
    for (size_t m = 0; m < rs->c->nmodels; m++) {
        double metric[COMPARE_METRICS];
        compute_metrics(rs->c, m, &rs->ranks[m], weight, metric);
        for (size_t f = 0; f < COMPARE_METRICS; f++)
            value_of(rs, m, f)[r] = rs->lacks[r] && f != COMPARE_ACCURACY ? NAN : metric[f];
    }
    free(weight);
    free(drawn);
    return 0;
}

static const double level = 0.95;

/* Effective number of patients with a class; `rest`: without it. */
static double patients_of(const resampling *rs, size_t cls, bool rest)
{
    uint8_t *counted = hl_malloc(rs->c->n, 1);
    for (size_t i = 0; i < rs->c->n; i++)
        counted[i] = (rs->c->models[0].predictions.rows[i].label == cls) != rest;
    const double patients = hl_effective_patients(&rs->bootstrap, counted);
    free(counted);
    return patients;
}

/* The bootstrap's intervals of a model, or what can be stated instead. */
static void choose_estimates(const resampling *rs, compare_model *m, const hl_interval *bootstrap)
{
    const comparison *c = rs->c;
    const bool incomplete = c->lacking > 0;
    double *recall = hl_malloc(c->nclasses, sizeof *recall);
    double *patients = hl_malloc(c->nclasses, sizeof *patients);
    class_recalls(c, &m->predictions, NULL, recall);
    for (size_t k = 0; k < c->nclasses; k++)
        patients[k] = patients_of(rs, k, false);
    m->estimate[COMPARE_ACCURACY] =
        hl_estimate_proportion(bootstrap[COMPARE_ACCURACY], false, m->metric[COMPARE_ACCURACY],
                               hl_effective_patients(&rs->bootstrap, NULL));
    m->estimate[COMPARE_MACRO_RECALL] = hl_estimate_mean(bootstrap[COMPARE_MACRO_RECALL],
                                                         incomplete, recall, patients, c->nclasses);
    m->estimate[COMPARE_AUROC] =
        hl_estimate_auroc(bootstrap[COMPARE_AUROC], incomplete, m->metric[COMPARE_AUROC],
                          c->positive < 0 ? 0 : patients_of(rs, (size_t)c->positive, false),
                          c->positive < 0 ? 0 : patients_of(rs, (size_t)c->positive, true));
    free(recall);
    free(patients);
}

static void compute_difference(const resampling *rs, compare_pair *p, double *scratch)
{
    const comparison *c = rs->c;
    const bool too_many = (double)c->lacking > (1 - level) / 2 * (double)c->resamples;
    for (size_t f = 0; f < COMPARE_METRICS; f++) {
        const double *a = value_of(rs, p->a, f), *b = value_of(rs, p->b, f);
        for (size_t r = 0; r < c->resamples; r++)
            scratch[r] = a[r] - b[r];
        p->estimate[f] = hl_estimate_other(hl_percentiles(scratch, c->resamples, level),
                                           too_many && f != COMPARE_ACCURACY);
    }
}

/* Differences come first, because hl_percentiles sorts the values. */
static void compute_intervals(comparison *c, const resampling *rs)
{
    double *difference = hl_malloc(c->resamples, sizeof *difference);
    for (size_t r = 0; r < c->resamples; r++)
        c->lacking += rs->lacks[r];
    for (size_t i = 0; i < c->npairs; i++)
        compute_difference(rs, &c->pairs[i], difference);
    free(difference);
    for (size_t m = 0; m < c->nmodels; m++) {
        hl_interval bootstrap[COMPARE_METRICS];
        for (size_t f = 0; f < COMPARE_METRICS; f++)
            bootstrap[f] = hl_percentiles(value_of(rs, m, f), c->resamples, level);
        choose_estimates(rs, &c->models[m], bootstrap);
    }
}

static int bootstrap(comparison *c, const hl_binary *ranks, int jobs, hl_err *e)
{
    resampling rs = {.c = c, .ranks = ranks};
    const char **patients = hl_malloc(c->n, sizeof *patients);
    for (size_t i = 0; i < c->n; i++)
        patients[i] = c->models[0].predictions.rows[i].patient;
    hl_bootstrap_init(&rs.bootstrap, c->n, patients, c->seed);
    free(patients);
    c->patients = rs.bootstrap.patients;
    rs.values = hl_malloc(c->nmodels * COMPARE_METRICS * c->resamples, sizeof *rs.values);
    rs.lacks = hl_calloc(c->resamples, sizeof *rs.lacks);
    const int status = hl_ordered_map(c->resamples, jobs, resample, NULL, &rs, e);
    if (status == 0)
        compute_intervals(c, &rs);
    free(rs.values);
    free(rs.lacks);
    hl_bootstrap_free(&rs.bootstrap);
    return status;
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

int compare_compute(comparison *c, size_t resamples, uint64_t seed, int jobs, hl_err *e)
{
    c->resamples = resamples;
    c->seed = seed;
    hl_binary *ranks = hl_calloc(c->nmodels, sizeof *ranks);
    c->pairs = hl_calloc(c->nmodels * (c->nmodels - 1) / 2 + 1, sizeof *c->pairs);
    for (size_t i = 0; i < c->nmodels; i++) {
        rank_model(c, &c->models[i].predictions, &ranks[i]);
        compute_metrics(c, i, &ranks[i], NULL, c->models[i].metric);
    }
    for (size_t a = 0; a < c->nmodels; a++)
        for (size_t b = a + 1; b < c->nmodels; b++) {
            c->pairs[c->npairs] = (compare_pair){.a = a, .b = b};
            test_pair(c, &c->pairs[c->npairs++]);
        }
    correct(c);
    const int status = bootstrap(c, ranks, jobs, e);
    for (size_t i = 0; i < c->nmodels; i++)
        hl_binary_free(&ranks[i]);
    free(ranks);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap over patients of all models at once, and with several classes of the AUROC of each
 * class: every number of a resample is computed with the same weights, so that differences are
 * paired.
 */
#include "base/mem.h"
#include "base/ordered_map.h"
#include "comparison.h"

#include <math.h>
#include <stdlib.h>

static const double level = 0.95;

typedef struct resampling {
    const comparison *c;
    hl_bootstrap bootstrap;
    int first, nclasses;                     /* the classes of which there are AUROCs */
    hl_binary *ranks;                        /* [class, model] */
    double *accuracy, *macro_recall, *auroc; /* [model, resample], auroc [class, model, resample] */
    bool *lacks;                             /* [resample]: without one of the classes */
    double *scratch;                         /* [resample] */
} resampling;

/* ---- resamples ---- */

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

/* A resample that lacks a class has no macro recall, nor the AUROC of a class that it lacks. */
static int resample(void *ctx, size_t r, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    resampling *rs = ctx;
    const comparison *c = rs->c;
    uint32_t *weight = hl_malloc(c->n, sizeof *weight);
    uint32_t *drawn = hl_malloc(rs->bootstrap.patients, sizeof *drawn);
    hl_bootstrap_draw(&rs->bootstrap, r, drawn, weight);
    rs->lacks[r] = lacks_a_class(c, weight);
    for (size_t m = 0; m < c->nmodels; m++) {
        const hl_predictions *p = &c->models[m].predictions;
        rs->accuracy[m * c->resamples + r] = compare_accuracy(c, p, weight);
        rs->macro_recall[m * c->resamples + r] =
            rs->lacks[r] ? NAN : compare_macro_recall(c, p, weight);
    }
    for (size_t i = 0; i < (size_t)rs->nclasses * c->nmodels; i++)
        rs->auroc[i * c->resamples + r] = hl_binary_auroc(&rs->ranks[i], weight);
    free(weight);
    free(drawn);
    return 0;
}

/* ---- intervals ---- */

/* Values of a metric of x, which is rs->c or of one of its classes; NULL without a positive class.
 */
static const double *values_of(const resampling *rs, const comparison *x, size_t model,
                               compare_metric f)
{
    const size_t n = rs->c->resamples;
    if (f == COMPARE_ACCURACY)
        return rs->accuracy + model * n;
    if (f == COMPARE_MACRO_RECALL)
        return rs->macro_recall + model * n;
    if (x->positive == HL_NO_POSITIVE)
        return NULL;
    return rs->auroc + ((size_t)(x->positive - rs->first) * rs->c->nmodels + model) * n;
}

/* How many resamples the metric has no value in. */
static size_t lacking_of(const resampling *rs, const comparison *x, compare_metric f)
{
    const double *auroc = f == COMPARE_AUROC ? values_of(rs, x, 0, f) : NULL;
    if (f == COMPARE_ACCURACY)
        return 0;
    size_t n = 0;
    for (size_t r = 0; auroc && r < rs->c->resamples; r++)
        n += isnan(auroc[r]) ? 1 : 0;
    return auroc ? n : rs->c->lacking;
}

/* Of a, or of a - b; the values keep their order. */
static hl_interval percentiles(const resampling *rs, const double *a, const double *b)
{
    if (!a)
        return (hl_interval){NAN, NAN};
    for (size_t r = 0; r < rs->c->resamples; r++)
        rs->scratch[r] = b ? a[r] - b[r] : a[r];
    return hl_percentiles(rs->scratch, rs->c->resamples, level);
}

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

static hl_estimate estimate_macro_recall(const resampling *rs, const compare_model *m,
                                         hl_interval bootstrap)
{
    const comparison *c = rs->c;
    double *recall = hl_malloc(c->nclasses, sizeof *recall);
    double *patients = hl_malloc(c->nclasses, sizeof *patients);
    compare_recalls(c, &m->predictions, NULL, recall);
    for (size_t k = 0; k < c->nclasses; k++)
        patients[k] = patients_of(rs, k, false);
    const hl_estimate of =
        hl_estimate_mean(bootstrap, c->lacking > 0, recall, patients, c->nclasses);
    free(recall);
    free(patients);
    return of;
}

/* The bootstrap's interval of a model's metric, or what can be stated instead. */
static hl_estimate estimate_model(const resampling *rs, const comparison *x, size_t model,
                                  compare_metric f)
{
    const compare_model *m = &x->models[model];
    const hl_interval bootstrap = percentiles(rs, values_of(rs, x, model, f), NULL);
    if (f == COMPARE_ACCURACY)
        return hl_estimate_proportion(bootstrap, false, m->metric[f],
                                      hl_effective_patients(&rs->bootstrap, NULL));
    if (f == COMPARE_MACRO_RECALL)
        return estimate_macro_recall(rs, m, bootstrap);
    const bool none = x->positive == HL_NO_POSITIVE;
    return hl_estimate_auroc(bootstrap, lacking_of(rs, x, f) > 0, m->metric[f],
                             none ? 0 : patients_of(rs, (size_t)x->positive, false),
                             none ? 0 : patients_of(rs, (size_t)x->positive, true));
}

static hl_estimate estimate_difference(const resampling *rs, const comparison *x,
                                       const compare_pair *p, compare_metric f)
{
    const comparison *c = rs->c;
    const double most = (1 - level) / 2 * (double)c->resamples;
    return hl_estimate_other(percentiles(rs, values_of(rs, x, p->a, f), values_of(rs, x, p->b, f)),
                             (double)lacking_of(rs, x, f) > most);
}

static void estimate(const resampling *rs, comparison *x, compare_metric f)
{
    for (size_t m = 0; m < x->nmodels; m++)
        x->models[m].estimate[f] = estimate_model(rs, x, m, f);
    for (size_t i = 0; i < x->npairs; i++)
        x->pairs[i].estimate[f] = estimate_difference(rs, x, &x->pairs[i], f);
}

static void estimate_all(const resampling *rs, comparison *c)
{
    for (size_t r = 0; r < c->resamples; r++)
        c->lacking += rs->lacks[r];
    for (int f = 0; f < COMPARE_METRICS; f++)
        estimate(rs, c, (compare_metric)f);
    for (size_t k = 0; c->of_class && k < c->nclasses; k++)
        estimate(rs, &c->of_class[k], COMPARE_AUROC);
}

/* ---- all of it ---- */

static void start(resampling *rs, const comparison *c)
{
    const char **patients = hl_malloc(c->n, sizeof *patients);
    for (size_t i = 0; i < c->n; i++)
        patients[i] = c->models[0].predictions.rows[i].patient;
    hl_bootstrap_init(&rs->bootstrap, c->n, patients, c->seed);
    free(patients);
    if (c->of_class)
        rs->nclasses = (int)c->nclasses;
    else if (c->positive != HL_NO_POSITIVE) {
        rs->first = c->positive;
        rs->nclasses = 1;
    }
    rs->ranks = hl_calloc((size_t)rs->nclasses * c->nmodels, sizeof *rs->ranks);
    for (size_t i = 0; i < (size_t)rs->nclasses * c->nmodels; i++)
        compare_rank(c, &c->models[i % c->nmodels].predictions, rs->first + (int)(i / c->nmodels),
                     &rs->ranks[i]);
    rs->accuracy = hl_malloc(c->nmodels * c->resamples, sizeof *rs->accuracy);
    rs->macro_recall = hl_malloc(c->nmodels * c->resamples, sizeof *rs->macro_recall);
    rs->auroc = hl_malloc((size_t)rs->nclasses * c->nmodels * c->resamples, sizeof *rs->auroc);
    rs->lacks = hl_calloc(c->resamples, sizeof *rs->lacks);
    rs->scratch = hl_malloc(c->resamples, sizeof *rs->scratch);
}

static void stop(resampling *rs)
{
    for (size_t i = 0; i < (size_t)rs->nclasses * rs->c->nmodels; i++)
        hl_binary_free(&rs->ranks[i]);
    free(rs->ranks);
    free(rs->accuracy);
    free(rs->macro_recall);
    free(rs->auroc);
    free(rs->lacks);
    free(rs->scratch);
    hl_bootstrap_free(&rs->bootstrap);
}

int compare_bootstrap(comparison *c, int jobs, hl_err *e)
{
    resampling rs = {.c = c};
    start(&rs, c);
    c->patients = rs.bootstrap.patients;
    const int status = hl_ordered_map(c->resamples, jobs, resample, NULL, &rs, e);
    if (status == 0)
        estimate_all(&rs, c);
    stop(&rs);
    return status;
}

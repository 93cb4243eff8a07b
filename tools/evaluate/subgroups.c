/* SPDX-License-Identifier: BSD-2-Clause */
#include "subgroups.h"

#include "analysis.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "stats/holm.h"
#include "subset_rows.h"

#include <math.h>
#include <stdlib.h>

const char *const evaluate_gap_names[EVALUATE_GAPS] = {"sensitivity", "specificity", "auroc"};

/* The work in progress; rows are the samples of the subset. */
typedef struct work {
    evaluate_subgroups *s;
    const evaluation *v;
    evaluate_rows rows;
    uint32_t **group_of; /* [columns][rows] */
    hl_bootstrap bootstrap;
    double *resampled;          /* [n, EVALUATE_GAPS, resamples] */
    uint32_t **weight, **drawn; /* [slots] scratch of each thread */
} work;

bool evaluate_is_too_small(const evaluate_group *g)
{
    return g->positive_patients < EVALUATE_MIN_PATIENTS ||
           g->negative_patients < EVALUATE_MIN_PATIENTS;
}

/* ---- the samples of a group ---- */

static bool is_in(const work *w, const evaluate_group *g, size_t row)
{
    return w->group_of[g->column][row] == g->index;
}

static bool is_positive(const work *w, size_t row)
{
    return w->rows.labels[row] == (uint32_t)w->v->positive;
}

static void gather(work *w, evaluate_group *g)
{
    const size_t n = w->rows.n, k = w->rows.nclasses;
    const size_t cls = (size_t)w->v->positive;
    double *p = hl_malloc(n, sizeof *p);
    uint8_t *positive = hl_malloc(n, 1), *predicted = hl_malloc(n, 1);
    uint32_t *row = hl_malloc(n, sizeof *row);
    size_t in = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_in(w, g, i))
            continue;
        p[in] = w->rows.p[i * k + cls];
        positive[in] = is_positive(w, i);
        predicted[in] = w->rows.predicted[i] == cls;
        g->positives += positive[in];
        row[in++] = (uint32_t)i;
    }
    hl_binary_init(&g->samples, in, p, positive, predicted);
    for (size_t i = 0; i < in; i++) /* weights are those of all rows */
        g->samples.row[i] = row[g->samples.row[i]];
    free(p);
    free(positive);
    free(predicted);
    free(row);
}

static void count_patients(const work *w, evaluate_group *g)
{
    uint8_t *seen = hl_calloc(w->bootstrap.patients, 1);
    for (size_t i = 0; i < w->rows.n; i++) {
        uint8_t *of = &seen[w->bootstrap.patient[i]];
        const uint8_t bit = is_positive(w, i) ? 1 : 2;
        if (!is_in(w, g, i) || *of & bit)
            continue;
        g->patients += !*of;
        ++*(bit == 1 ? &g->positive_patients : &g->negative_patients);
        *of |= bit;
    }
    free(seen);
}

/* NaN where a metric has nothing to count. */
static void compute(const evaluate_group *g, const uint32_t *weight, double out[EVALUATE_GAPS])
{
    double all[HL_BINARY_METRICS], n[2] = {0, 0};
    for (size_t i = 0; i < g->samples.n; i++)
        n[g->samples.positive[i]] += weight ? weight[g->samples.row[i]] : 1;
    hl_binary_metrics_compute(&g->samples, weight, all);
    out[0] = n[1] > 0 ? all[HL_SENSITIVITY] : NAN;
    out[1] = n[0] > 0 ? all[HL_SPECIFICITY] : NAN;
    out[2] = all[HL_AUROC];
}

/* ---- resampling ---- */

static double *resampled(const work *w, size_t group, size_t metric)
{
    return w->resampled + (group * EVALUATE_GAPS + metric) * w->v->method.resamples;
}

static int resample(void *ctx, size_t r, size_t slot, hl_err *e)
{
    (void)e;
    const work *w = ctx;
    hl_bootstrap_draw(&w->bootstrap, r, w->drawn[slot], w->weight[slot]);
    for (size_t i = 0; i < w->s->n; i++) {
        double value[EVALUATE_GAPS];
        compute(&w->s->group[i], w->weight[slot], value);
        for (size_t k = 0; k < EVALUATE_GAPS; k++)
            resampled(w, i, k)[r] = value[k];
    }
    return 0;
}

static int run_resamples(work *w, hl_err *e)
{
    const size_t slots = hl_ordered_slots(w->v->method.jobs), n = w->v->method.resamples;
    w->resampled = hl_malloc(w->s->n * EVALUATE_GAPS * n, sizeof *w->resampled);
    w->weight = hl_calloc(slots, sizeof *w->weight);
    w->drawn = hl_calloc(slots, sizeof *w->drawn);
    for (size_t i = 0; i < slots; i++) {
        w->weight[i] = hl_malloc(w->rows.n, sizeof **w->weight);
        w->drawn[i] = hl_malloc(w->bootstrap.patients, sizeof **w->drawn);
    }
    const int status = hl_ordered_map(n, w->v->method.jobs, resample, NULL, w, e);
    for (size_t i = 0; i < slots; i++) {
        free(w->weight[i]);
        free(w->drawn[i]);
    }
    free(w->weight);
    free(w->drawn);
    return status;
}

/* ---- intervals ---- */

/* Effective number of patients with positive, or negative, images in the group. */
static double patients_of(const work *w, const evaluate_group *g, bool positive)
{
    uint8_t *counted = hl_malloc(w->rows.n, 1);
    for (size_t i = 0; i < w->rows.n; i++)
        counted[i] = is_in(w, g, i) && is_positive(w, i) == positive;
    const double patients = hl_effective_patients(&w->bootstrap, counted);
    free(counted);
    return patients;
}

/* The interval of a copy, since percentiles reorder; lacking: how many resamples had no value. */
static hl_interval percentiles(const double *a, const double *b, size_t n, size_t *lacking)
{
    double *value = hl_malloc(n, sizeof *value);
    *lacking = 0;
    for (size_t r = 0; r < n; r++) {
        value[r] = b ? a[r] - b[r] : a[r];
        *lacking += isnan(value[r]) ? 1 : 0;
    }
    const hl_interval i = hl_percentiles(value, n, EVALUATE_LEVEL);
    free(value);
    return i;
}

static void choose_estimates(const work *w, size_t group)
{
    evaluate_group *g = &w->s->group[group];
    const double m = patients_of(w, g, true), n = patients_of(w, g, false);
    for (size_t k = 0; k < EVALUATE_GAPS; k++) {
        size_t lacking;
        const hl_interval i =
            percentiles(resampled(w, group, k), NULL, w->v->method.resamples, &lacking);
        if (k == 2) {
            g->lacking = isfinite(g->metric[k].value) ? lacking : 0;
            g->metric[k].estimate = hl_estimate_auroc(i, lacking > 0, g->metric[k].value, m, n);
        } else {
            g->metric[k].estimate =
                hl_estimate_proportion(i, lacking > 0, g->metric[k].value, k == 0 ? m : n);
        }
    }
}

/* ---- gaps ---- */

/* The group with the most patients of those with a value that are large enough. */
static void choose_references(evaluate_subgroups *s)
{
    for (size_t c = 0; c < s->columns.n; c++) {
        const evaluate_column *column = &s->columns.column[c];
        size_t most = 0;
        s->reference[c] = SIZE_MAX;
        for (size_t k = 0; k < column->ngroups - (column->has_blank ? 1 : 0); k++) {
            const evaluate_group *g = &s->group[s->first[c] + k];
            if (evaluate_is_too_small(g) || g->patients <= most)
                continue;
            most = g->patients;
            s->reference[c] = s->first[c] + k;
        }
    }
}

static void find_gap(const work *w, size_t group, size_t metric)
{
    evaluate_group *g = &w->s->group[group];
    const size_t of = w->s->reference[g->column];
    size_t lacking;
    if (of == SIZE_MAX || of == group || evaluate_is_too_small(g))
        return;
    const hl_interval i = percentiles(resampled(w, group, metric), resampled(w, of, metric),
                                      w->v->method.resamples, &lacking);
    g->gap[metric].difference =
        evaluate_difference_of(g->metric[metric], w->s->group[of].metric[metric], i);
}

static void correct(evaluate_subgroups *s)
{
    const size_t n = s->n * EVALUATE_GAPS;
    double *p = hl_malloc(n, sizeof *p);
    for (size_t i = 0; i < n; i++) {
        p[i] = s->group[i / EVALUATE_GAPS].gap[i % EVALUATE_GAPS].difference.p;
        s->tests += isnan(p[i]) ? 0 : 1;
    }
    hl_holm_adjust(p, n);
    for (size_t i = 0; i < n; i++)
        s->group[i / EVALUATE_GAPS].gap[i % EVALUATE_GAPS].corrected = p[i];
    free(p);
}

/* ---- all of it ---- */

static void start_groups(evaluate_subgroups *s)
{
    const hl_estimate none = {{NAN, NAN}, HL_NOT_ESTIMABLE};
    s->first = hl_malloc(s->columns.n, sizeof *s->first);
    s->reference = hl_malloc(s->columns.n, sizeof *s->reference);
    for (size_t c = 0; c < s->columns.n; c++) {
        s->first[c] = s->n;
        s->n += s->columns.column[c].ngroups;
    }
    s->group = hl_calloc(s->n, sizeof *s->group);
    for (size_t c = 0, i = 0; c < s->columns.n; c++)
        for (size_t k = 0; k < s->columns.column[c].ngroups; k++, i++) {
            s->group[i].column = c;
            s->group[i].index = k;
            for (size_t j = 0; j < EVALUATE_GAPS; j++) {
                s->group[i].metric[j].estimate = none;
                s->group[i].gap[j] = (evaluate_gap){{NAN, none, NAN}, NAN};
            }
        }
}

/* The groups of the rows; evaluate_rows_copy takes them in the same order. */
static void group_rows(work *w)
{
    w->group_of = hl_malloc(w->s->columns.n, sizeof *w->group_of);
    for (size_t c = 0; c < w->s->columns.n; c++) {
        size_t row = 0;
        w->group_of[c] = hl_malloc(w->rows.n, sizeof **w->group_of);
        for (size_t i = 0; i < w->v->manifest->n; i++)
            if (evaluate_has(&w->v->manifest->samples[i], w->v->subset))
                w->group_of[c][row++] = w->s->columns.column[c].of[i];
    }
}

static int measure(work *w, hl_err *e)
{
    evaluate_subgroups *s = w->s;
    for (size_t i = 0; i < s->n; i++) {
        double value[EVALUATE_GAPS];
        gather(w, &s->group[i]);
        count_patients(w, &s->group[i]);
        compute(&s->group[i], NULL, value);
        for (size_t k = 0; k < EVALUATE_GAPS; k++)
            s->group[i].metric[k].value = value[k];
    }
    choose_references(s);
    if (w->v->method.resamples == 0)
        return 0;
    if (run_resamples(w, e))
        return -1;
    for (size_t i = 0; i < s->n; i++)
        choose_estimates(w, i);
    for (size_t i = 0; i < s->n * EVALUATE_GAPS; i++)
        find_gap(w, i / EVALUATE_GAPS, i % EVALUATE_GAPS);
    correct(s);
    return 0;
}

int evaluate_subgroups_measure(evaluate_subgroups *s, const evaluation *v, hl_err *e)
{
    *s = (evaluate_subgroups){0};
    if (evaluate_columns_read(&s->columns, v->by, v->manifest, v->subset, e))
        return -1;
    work w = {.s = s, .v = v};
    start_groups(s);
    evaluate_rows_copy(&w.rows, v, v->p, v->subset);
    hl_bootstrap_init(&w.bootstrap, w.rows.n, w.rows.patients, v->method.seed);
    group_rows(&w);
    const int status = measure(&w, e);
    for (size_t c = 0; c < s->columns.n; c++)
        free(w.group_of[c]);
    free(w.group_of);
    free(w.resampled);
    hl_bootstrap_free(&w.bootstrap);
    evaluate_rows_free(&w.rows);
    if (status)
        evaluate_subgroups_free(s);
    return status;
}

void evaluate_subgroups_free(evaluate_subgroups *s)
{
    for (size_t i = 0; i < s->n; i++)
        hl_binary_free(&s->group[i].samples);
    free(s->group);
    free(s->first);
    free(s->reference);
    evaluate_columns_free(&s->columns);
    *s = (evaluate_subgroups){0};
}

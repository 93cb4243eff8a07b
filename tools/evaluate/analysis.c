/* SPDX-License-Identifier: BSD-2-Clause */
#include "analysis.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "subset_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t evaluate_at_predictive(const evaluate_analysis *s)
{
    return EVALUATE_AT_POINTS + EVALUATE_RATES * s->npoints;
}

size_t evaluate_at_prevalence(const evaluate_analysis *s)
{
    return evaluate_at_predictive(s) + EVALUATE_PREDICTIVE;
}

static double fraction_of_positives(const hl_binary *b, const uint32_t *weight)
{
    double positives = 0, all = 0;
    for (size_t i = 0; i < b->n; i++) {
        const double w = weight ? weight[b->row[i]] : 1;
        all += w;
        positives += b->positive[i] ? w : 0;
    }
    return positives / all;
}

static void compute(const evaluate_analysis *s, const uint32_t *weight, double *row)
{
    double metrics[HL_BINARY_METRICS];
    hl_binary_metrics_compute(&s->samples, weight, metrics);
    for (size_t i = 0; i < HL_BINARY_METRICS; i++)
        row[i] = metrics[i];
    hl_curves c = {row + EVALUATE_AT_ROC, row + EVALUATE_AT_PRECISION, row + EVALUATE_AT_TRIAGE};
    hl_binary_curves(&s->samples, weight, EVALUATE_GRID, &c);
    for (size_t i = 0; i < s->npoints; i++) {
        const double threshold = s->v->calibration->points[i].threshold;
        const hl_binary_rates a = hl_binary_at(&s->samples, weight, threshold);
        const double rates[EVALUATE_RATES] = {a.sensitivity, a.specificity, a.ppv, a.npv};
        for (size_t k = 0; k < EVALUATE_RATES; k++)
            row[EVALUATE_AT_POINTS + EVALUATE_RATES * i + k] = rates[k];
    }
    const double p = s->v->method.prevalence;
    row[evaluate_at_predictive(s)] = hl_ppv_at(metrics[HL_SENSITIVITY], metrics[HL_SPECIFICITY], p);
    row[evaluate_at_predictive(s) + 1] =
        hl_npv_at(metrics[HL_SENSITIVITY], metrics[HL_SPECIFICITY], p);
    row[evaluate_at_prevalence(s)] = fraction_of_positives(&s->samples, weight);
}

/* ---- resampling ---- */

/* Of a resample without one of the classes, what needs no class remains. */
static bool needs_both(const evaluate_analysis *s, size_t i)
{
    return i != HL_ACCURACY && i != HL_BRIER && i != HL_ECE && i != evaluate_at_prevalence(s);
}

/* A resample without a positive prediction has no PPV, and one without a negative one no NPV.
 * rates: of a resample that has both classes, in which a quotient with denominator 0 is 0. */
static void drop_undefined(const double *rates, double *ppv, double *npv)
{
    if (rates[0] == 0 && rates[1] == 1)
        *ppv = NAN;
    if (rates[0] == 1 && rates[1] == 0)
        *npv = NAN;
}

static void drop_all_undefined(const evaluate_analysis *s, double *row)
{
    double *metrics = row + HL_SENSITIVITY, *at_prevalence = row + evaluate_at_predictive(s);
    drop_undefined(metrics, at_prevalence, at_prevalence + 1);
    drop_undefined(metrics, metrics + 2, metrics + 3);
    for (size_t i = 0; i < s->npoints; i++) {
        double *rates = row + EVALUATE_AT_POINTS + EVALUATE_RATES * i;
        drop_undefined(rates, rates + 2, rates + 3);
    }
}

static int resample(void *ctx, size_t r, size_t slot, hl_err *e)
{
    (void)e;
    const evaluate_analysis *s = ctx;
    double *row = hl_malloc(s->width, sizeof *row);
    hl_bootstrap_draw(&s->bootstrap, r, s->drawn[slot], s->weight[slot]);
    compute(s, s->weight[slot], row);
    const bool has_both = isfinite(row[HL_AUROC]);
    if (has_both)
        drop_all_undefined(s, row);
    for (size_t i = 0; i < s->width; i++)
        s->resampled[i * s->v->method.resamples + r] = has_both || !needs_both(s, i) ? row[i] : NAN;
    free(row);
    return 0;
}

static size_t count_left_out(const double *values, size_t n)
{
    size_t left_out = 0;
    for (size_t r = 0; r < n; r++)
        left_out += isfinite(values[r]) ? 0 : 1;
    return left_out;
}

/* Counts the resamples that are left out, and takes the percentiles of the others, which reorders
 * them. */
static void summarise(evaluate_analysis *s)
{
    const size_t n = s->v->method.resamples;
    s->kept = hl_malloc(HL_BINARY_METRICS * n, sizeof *s->kept);
    s->prevalence = hl_malloc(n, sizeof *s->prevalence);
    memcpy(s->kept, s->resampled, HL_BINARY_METRICS * n * sizeof *s->kept);
    memcpy(s->prevalence, s->resampled + evaluate_at_prevalence(s) * n, n * sizeof *s->prevalence);
    for (size_t i = 0; i < s->width; i++) {
        s->left_out[i] = count_left_out(s->resampled + i * n, n);
        s->estimate[i].interval = hl_percentiles(s->resampled + i * n, n, EVALUATE_LEVEL);
    }
    s->lacking = s->left_out[HL_AUROC];
}

static int run_resamples(evaluate_analysis *s, hl_err *e)
{
    const size_t slots = hl_ordered_slots(s->v->method.jobs), n = s->v->method.resamples;
    s->resampled = hl_malloc(s->width * n, sizeof *s->resampled);
    s->weight = hl_calloc(slots, sizeof *s->weight);
    s->drawn = hl_calloc(slots, sizeof *s->drawn);
    for (size_t i = 0; i < slots; i++) {
        s->weight[i] = hl_malloc(s->samples.n, sizeof **s->weight);
        s->drawn[i] = hl_malloc(s->bootstrap.patients, sizeof **s->drawn);
    }
    const int status = hl_ordered_map(n, s->v->method.jobs, resample, NULL, s, e);
    for (size_t i = 0; i < slots; i++) {
        free(s->weight[i]);
        free(s->drawn[i]);
    }
    free(s->weight);
    free(s->drawn);
    if (status == 0)
        summarise(s);
    free(s->resampled);
    return status;
}

/* ---- the samples ---- */

/* False where the positive class or the rest has no sample. */
static bool gather(evaluate_analysis *s)
{
    const evaluation *v = s->v;
    evaluate_rows r;
    size_t positives = 0;
    evaluate_rows_copy(&r, v, v->p, v->subset);
    for (size_t i = 0; i < r.n; i++)
        positives += r.labels[i] == (uint32_t)v->positive;
    evaluate_rows_binary(&s->samples, &r, v);
    hl_bootstrap_init(&s->bootstrap, r.n, r.patients, v->method.seed);
    const bool has_both = positives && positives < r.n;
    evaluate_rows_free(&r);
    return has_both;
}

int evaluate_analyse(evaluate_analysis *s, const evaluation *v, bool *has_both, hl_err *e)
{
    *s = (evaluate_analysis){.v = v, .npoints = v->calibration ? v->calibration->npoints : 0};
    *has_both = gather(s);
    if (!*has_both)
        return 0;
    s->width = evaluate_at_prevalence(s) + 1;
    s->measured = hl_malloc(s->width, sizeof *s->measured);
    s->estimate = hl_malloc(s->width, sizeof *s->estimate);
    s->left_out = hl_calloc(s->width, sizeof *s->left_out);
    for (size_t i = 0; i < s->width; i++)
        s->estimate[i] = (hl_estimate){{NAN, NAN}, HL_NOT_ESTIMABLE};
    compute(s, NULL, s->measured);
    if (v->method.resamples == 0)
        return 0;
    const int status = run_resamples(s, e);
    if (status == 0)
        evaluate_choose_estimates(s);
    return status;
}

void evaluate_analysis_free(evaluate_analysis *s)
{
    free(s->measured);
    free(s->estimate);
    free(s->left_out);
    free(s->kept);
    free(s->prevalence);
    hl_bootstrap_free(&s->bootstrap);
    hl_binary_free(&s->samples);
    *s = (evaluate_analysis){0};
}

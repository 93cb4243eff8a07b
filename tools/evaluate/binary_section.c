/* SPDX-License-Identifier: BSD-2-Clause */
#include "binary_section.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "format/json.h"
#include "stats/binary_metrics.h"
#include "stats/bootstrap.h"
#include "subset_rows.h"

#include <math.h>
#include <stdlib.h>

static const double level = 0.95;
enum { GRID = 101, RATES = 4, PREDICTIVE = 2 };
static const char *const rate_names[RATES] = {"sensitivity", "specificity", "ppv", "npv"};

/* Everything computed with one set of weights is a row of numbers: binary metrics, ROC curve,
 * precision curve, triage curve, rates at each operating point, predictive values. */
enum {
    AT_ROC = HL_BINARY_METRICS,
    AT_PRECISION = AT_ROC + GRID,
    AT_TRIAGE = AT_PRECISION + GRID,
    AT_POINTS = AT_TRIAGE + GRID
};

typedef struct analysis {
    const evaluation *v;
    hl_binary samples;
    hl_bootstrap bootstrap;
    size_t npoints, width;      /* operating points; numbers in a row */
    double *measured;           /* [width] on all samples */
    double *resampled;          /* [width, resamples]; sorted once intervals are computed */
    hl_interval *interval;      /* [width] */
    uint32_t **weight, **drawn; /* [slots] scratch of each thread */
} analysis;

static size_t at_predictive(const analysis *s)
{
    return AT_POINTS + RATES * s->npoints;
}

static void compute(const analysis *s, const uint32_t *weight, double *row)
{
    double metrics[HL_BINARY_METRICS];
    hl_binary_metrics_compute(&s->samples, weight, metrics);
    for (size_t i = 0; i < HL_BINARY_METRICS; i++)
        row[i] = metrics[i];
    hl_curves c = {row + AT_ROC, row + AT_PRECISION, row + AT_TRIAGE};
    hl_binary_curves(&s->samples, weight, GRID, &c);
    for (size_t i = 0; i < s->npoints; i++) {
        const double threshold = s->v->calibration->points[i].threshold;
        const hl_binary_rates a = hl_binary_at(&s->samples, weight, threshold);
        const double rates[RATES] = {a.sensitivity, a.specificity, a.ppv, a.npv};
        for (size_t k = 0; k < RATES; k++)
            row[AT_POINTS + RATES * i + k] = rates[k];
    }
    const double p = s->v->method.prevalence;
    row[at_predictive(s)] = hl_ppv_at(metrics[HL_SENSITIVITY], metrics[HL_SPECIFICITY], p);
    row[at_predictive(s) + 1] = hl_npv_at(metrics[HL_SENSITIVITY], metrics[HL_SPECIFICITY], p);
}

/* ---- resampling ---- */

static int resample(void *ctx, size_t r, size_t slot, hl_err *e)
{
    (void)e;
    const analysis *s = ctx;
    double *row = hl_malloc(s->width, sizeof *row);
    hl_bootstrap_draw(&s->bootstrap, r, s->drawn[slot], s->weight[slot]);
    compute(s, s->weight[slot], row);
    /* A resample without one of the classes measures nothing. */
    const bool has_both = isfinite(row[HL_AUROC]);
    for (size_t i = 0; i < s->width; i++)
        s->resampled[i * s->v->method.resamples + r] = has_both ? row[i] : NAN;
    free(row);
    return 0;
}

static int run_resamples(analysis *s, hl_err *e)
{
    const size_t slots = hl_ordered_slots(s->v->method.jobs), n = s->v->method.resamples;
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
    for (size_t i = 0; i < s->width && status == 0; i++)
        s->interval[i] = hl_percentiles(s->resampled + i * n, n, level);
    return status;
}

/* ---- the samples ---- */

/* False where the positive class or the rest has no sample. */
static bool gather(analysis *s, const evaluation *v)
{
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

/* ---- as JSON ---- */

static json_t *pair_of(const analysis *s, size_t at)
{
    return json_pack("[o, o]", hl_json_of_real(s->interval[at].lo),
                     hl_json_of_real(s->interval[at].hi));
}

static void add_metrics(json_t *o, const analysis *s)
{
    json_t *metrics = json_object(), *intervals = json_object();
    for (size_t i = 0; i < HL_BINARY_METRICS; i++) {
        /* The file has these two for all classes together, with two classes the same. */
        const bool of_all = i == HL_ACCURACY || i == HL_MACRO_RECALL;
        if (!of_all)
            json_object_set_new(metrics, hl_binary_metric_names[i],
                                hl_json_of_real(s->measured[i]));
        if (!of_all || s->v->nclasses == 2)
            json_object_set_new(intervals, hl_binary_metric_names[i], pair_of(s, i));
    }
    json_object_set_new(o, "binary", metrics);
    if (s->v->method.resamples == 0) {
        json_decref(intervals);
        return;
    }
    json_object_set_new(o, "intervals",
                        json_pack("{s:s, s:f, s:I, s:o, s:I, s:o}", "method",
                                  "bootstrap over patients, percentile", "level", level,
                                  "resamples", (json_int_t)s->v->method.resamples, "seed",
                                  hl_json_of_u64(s->v->method.seed), "patients",
                                  (json_int_t)s->bootstrap.patients, "metrics", intervals));
}

static double grid_x(size_t i)
{
    return (double)i / (GRID - 1);
}

static void add_band(json_t *o, const char *key, const analysis *s, size_t at)
{
    json_t *x = json_array(), *lo = json_array(), *hi = json_array();
    for (size_t i = 0; i < GRID; i++) {
        json_array_append_new(x, json_real(grid_x(i)));
        json_array_append_new(lo, hl_json_of_real(s->interval[at + i].lo));
        json_array_append_new(hi, hl_json_of_real(s->interval[at + i].hi));
    }
    json_object_set_new(o, key, json_pack("{s:o, s:o, s:o}", "x", x, "lo", lo, "hi", hi));
}

static void add_triage(json_t *o, const analysis *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < GRID; i++)
        json_array_append_new(list, json_pack("{s:f, s:f, s:o, s:o}", "read", grid_x(i), "found",
                                              s->measured[AT_TRIAGE + i], "lo",
                                              hl_json_of_real(s->interval[AT_TRIAGE + i].lo), "hi",
                                              hl_json_of_real(s->interval[AT_TRIAGE + i].hi)));
    json_object_set_new(o, "triage", list);
}

static void add_reliability(json_t *o, const analysis *s)
{
    hl_bin bins[HL_ECE_BINS];
    json_t *list = json_array();
    hl_binary_bins(&s->samples, NULL, bins);
    for (int k = 0; k < HL_ECE_BINS; k++)
        json_array_append_new(
            list, json_pack("{s:f, s:f, s:I, s:o, s:o}", "from", (double)k / HL_ECE_BINS, "to",
                            (double)(k + 1) / HL_ECE_BINS, "n", (json_int_t)bins[k].n, "mean_p",
                            hl_json_of_real(bins[k].mean_p), "observed",
                            hl_json_of_real(bins[k].observed)));
    json_object_set_new(o, "reliability", list);
}

static void add_operating_points(json_t *o, const analysis *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->npoints; i++) {
        const hl_operating_point *p = &s->v->calibration->points[i];
        json_t *measured = json_object(), *intervals = json_object();
        for (size_t k = 0; k < RATES; k++) {
            const size_t at = AT_POINTS + RATES * i + k;
            json_object_set_new(measured, rate_names[k], json_real(s->measured[at]));
            json_object_set_new(intervals, rate_names[k], pair_of(s, at));
        }
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:f, s:f, s:{s:f, s:f}, s:o, s:o}", "name", p->name,
                            "target", p->target, "value", p->value, "threshold", p->threshold,
                            "val", "sensitivity", p->sensitivity, "specificity", p->specificity,
                            "measured", measured, "intervals", intervals));
    }
    json_object_set_new(o, "operating_points", list);
}

static void add_prevalence(json_t *o, const analysis *s)
{
    const size_t at = at_predictive(s);
    json_object_set_new(o, "prevalence",
                        json_pack("{s:f, s:f, s:f, s:{s:o, s:o}}", "value", s->v->method.prevalence,
                                  "ppv", s->measured[at], "npv", s->measured[at + 1], "intervals",
                                  "ppv", pair_of(s, at), "npv", pair_of(s, at + 1)));
}

static void add_all(json_t *o, const analysis *s)
{
    add_metrics(o, s);
    add_reliability(o, s);
    add_triage(o, s);
    if (s->v->method.resamples) {
        add_band(o, "roc_band", s, AT_ROC);
        add_band(o, "pr_band", s, AT_PRECISION);
    }
    if (s->npoints)
        add_operating_points(o, s);
    if (isfinite(s->v->method.prevalence))
        add_prevalence(o, s);
}

int evaluate_binary_section(json_t *o, const evaluation *v, hl_err *e)
{
    if (v->positive == HL_NO_POSITIVE)
        return 0;
    analysis s = {.v = v, .npoints = v->calibration ? v->calibration->npoints : 0};
    int status = 0;
    if (gather(&s, v)) {
        s.width = at_predictive(&s) + PREDICTIVE;
        s.measured = hl_malloc(s.width, sizeof *s.measured);
        s.interval = hl_malloc(s.width, sizeof *s.interval);
        s.resampled = hl_malloc(s.width * v->method.resamples, sizeof *s.resampled);
        for (size_t i = 0; i < s.width; i++)
            s.interval[i] = (hl_interval){NAN, NAN};
        compute(&s, NULL, s.measured);
        if (v->method.resamples)
            status = run_resamples(&s, e);
        if (status == 0)
            add_all(o, &s);
        free(s.measured);
        free(s.interval);
        free(s.resampled);
    }
    hl_bootstrap_free(&s.bootstrap);
    hl_binary_free(&s.samples);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "binary_section.h"

#include "base/log.h"
#include "base/mem.h"
#include "format/json.h"
#include "only_section.h"
#include "stats/delong.h"

#include <math.h>
#include <stdlib.h>

/* Half of the width of a 95 % interval, in standard errors. */
#define NORMAL_QUANTILE 1.959963984540054

static const char *const rate_names[EVALUATE_RATES] = {"sensitivity", "specificity", "ppv", "npv"};

static json_t *pair_of(const evaluate_analysis *s, size_t at)
{
    const hl_interval i = s->estimate[at].interval;
    return json_pack("[o, o]", hl_json_of_real(i.lo), hl_json_of_real(i.hi));
}

/* Names the method of an interval that the bootstrap did not give. */
static void add_method(json_t *methods, const char *key, const evaluate_analysis *s, size_t at)
{
    const hl_interval_method method = s->estimate[at].method;
    if (s->v->method.resamples && method != HL_BY_BOOTSTRAP)
        json_object_set_new(methods, key, json_string(hl_interval_method_names[method]));
}

/* Leaves out an object without members. */
static void add_methods(json_t *o, json_t *methods)
{
    if (json_object_size(methods))
        json_object_set(o, "methods", methods);
    json_decref(methods);
}

static void add_intervals(json_t *o, const evaluate_analysis *s, json_t *intervals, json_t *methods)
{
    json_t *all = json_pack(
        "{s:s, s:f, s:I, s:o, s:I, s:I, s:o}", "method", "bootstrap over patients, percentile",
        "level", EVALUATE_LEVEL, "resamples", (json_int_t)s->v->method.resamples, "seed",
        hl_json_of_u64(s->v->method.seed), "patients", (json_int_t)s->bootstrap.patients,
        "resamples_without_a_class", (json_int_t)s->lacking, "metrics", intervals);
    add_methods(all, methods);
    json_object_set_new(o, "intervals", all);
}

static void add_metrics(json_t *o, const evaluate_analysis *s)
{
    json_t *metrics = json_object(), *intervals = json_object(), *methods = json_object();
    for (size_t i = 0; i < HL_BINARY_METRICS; i++) {
        /* The file has these two for all classes together, with two classes the same. */
        const bool of_all = i == HL_ACCURACY || i == HL_MACRO_RECALL;
        const char *name = hl_binary_metric_names[i];
        if (!of_all)
            json_object_set_new(metrics, name, hl_json_of_real(s->measured[i]));
        if (of_all && s->v->nclasses != 2)
            continue;
        json_object_set_new(intervals, name, pair_of(s, i));
        add_method(methods, name, s, i);
    }
    json_object_set_new(o, "binary", metrics);
    if (s->v->method.resamples) {
        add_intervals(o, s, intervals, methods);
    } else {
        json_decref(intervals);
        json_decref(methods);
    }
}

static double grid_x(size_t i)
{
    return (double)i / (EVALUATE_GRID - 1);
}

static void add_band(json_t *o, const char *key, const evaluate_analysis *s, size_t at)
{
    json_t *x = json_array(), *lo = json_array(), *hi = json_array();
    for (size_t i = 0; i < EVALUATE_GRID; i++) {
        const hl_interval band = s->estimate[at + i].interval;
        json_array_append_new(x, json_real(grid_x(i)));
        json_array_append_new(lo, hl_json_of_real(band.lo));
        json_array_append_new(hi, hl_json_of_real(band.hi));
    }
    json_object_set_new(o, key, json_pack("{s:o, s:o, s:o}", "x", x, "lo", lo, "hi", hi));
}

static void add_triage(json_t *o, const evaluate_analysis *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < EVALUATE_GRID; i++) {
        const hl_interval band = s->estimate[EVALUATE_AT_TRIAGE + i].interval;
        json_array_append_new(list,
                              json_pack("{s:f, s:f, s:o, s:o}", "read", grid_x(i), "found",
                                        s->measured[EVALUATE_AT_TRIAGE + i], "lo",
                                        hl_json_of_real(band.lo), "hi", hl_json_of_real(band.hi)));
    }
    json_object_set_new(o, "triage", list);
}

/* Effective number of patients with images in a bin. */
static double patients_in(const evaluate_analysis *s, int bin)
{
    const hl_binary *b = &s->samples;
    uint8_t *counted = hl_malloc(b->n, 1);
    for (size_t i = 0; i < b->n; i++)
        counted[b->row[i]] = hl_binary_bin_of(b->p[i]) == bin;
    const double patients = hl_effective_patients(&s->bootstrap, counted);
    free(counted);
    return patients;
}

static void add_reliability(json_t *o, const evaluate_analysis *s)
{
    hl_bin bins[HL_ECE_BINS];
    json_t *list = json_array();
    hl_binary_bins(&s->samples, NULL, bins);
    for (int k = 0; k < HL_ECE_BINS; k++)
        json_array_append_new(
            list, json_pack("{s:f, s:f, s:I, s:f, s:o, s:o}", "from", (double)k / HL_ECE_BINS, "to",
                            (double)(k + 1) / HL_ECE_BINS, "n", (json_int_t)bins[k].n, "patients",
                            patients_in(s, k), "mean_p", hl_json_of_real(bins[k].mean_p),
                            "observed", hl_json_of_real(bins[k].observed)));
    json_object_set_new(o, "reliability", list);
}

static json_t *operating_point(const evaluate_analysis *s, size_t i)
{
    const hl_operating_point *p = &s->v->calibration->points[i];
    json_t *measured = json_object(), *intervals = json_object(), *methods = json_object();
    for (size_t k = 0; k < EVALUATE_RATES; k++) {
        const size_t at = EVALUATE_AT_POINTS + EVALUATE_RATES * i + k;
        json_object_set_new(measured, rate_names[k], json_real(s->measured[at]));
        json_object_set_new(intervals, rate_names[k], pair_of(s, at));
        add_method(methods, rate_names[k], s, at);
    }
    json_t *o = json_pack("{s:s, s:s, s:f, s:o, s:{s:f, s:f}, s:o, s:o}", "name", p->name, "target",
                          p->target, "value", p->value, "threshold", hl_json_of_real(p->threshold),
                          "val", "sensitivity", p->sensitivity, "specificity", p->specificity,
                          "measured", measured, "intervals", intervals);
    add_methods(o, methods);
    return o;
}

static void add_operating_points(json_t *o, const evaluate_analysis *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->npoints; i++)
        json_array_append_new(list, operating_point(s, i));
    json_object_set_new(o, "operating_points", list);
}

static void add_prevalence(json_t *o, const evaluate_analysis *s)
{
    const size_t at = evaluate_at_predictive(s);
    json_t *methods = json_object();
    add_method(methods, "ppv", s, at);
    add_method(methods, "npv", s, at + 1);
    json_t *all = json_pack("{s:f, s:f, s:f, s:{s:o, s:o}}", "value", s->v->method.prevalence,
                            "ppv", s->measured[at], "npv", s->measured[at + 1], "intervals", "ppv",
                            pair_of(s, at), "npv", pair_of(s, at + 1));
    add_methods(all, methods);
    json_object_set_new(o, "prevalence", all);
}

/* By the structural components, without a resample; NULL where it has no width. */
static void add_delong(json_t *o, const evaluate_analysis *s)
{
    const hl_binary *b = &s->samples;
    uint32_t *patient = hl_malloc(b->n, sizeof *patient);
    for (size_t i = 0; i < b->n; i++)
        patient[i] = s->bootstrap.patient[b->row[i]];
    const hl_delong_area a =
        hl_delong_of_patients(b->n, b->positive, b->p, patient, s->bootstrap.patients);
    free(patient);
    const double half = NORMAL_QUANTILE * sqrt(a.variance);
    const hl_interval i = {fmax(0, a.area - half), fmin(1, a.area + half)};
    if (isfinite(half) && hl_interval_has_width(i))
        json_object_set_new(
            o, "delong",
            json_pack("{s:f, s:[f, f]}", "variance", a.variance, "interval", i.lo, i.hi));
}

void evaluate_add_binary(json_t *o, const evaluate_analysis *s)
{
    add_metrics(o, s);
    add_delong(o, s);
    add_reliability(o, s);
    add_triage(o, s);
    if (s->v->method.resamples) {
        add_band(o, "roc_band", s, EVALUATE_AT_ROC);
        add_band(o, "pr_band", s, EVALUATE_AT_PRECISION);
    }
    if (s->npoints)
        add_operating_points(o, s);
    if (isfinite(s->v->method.prevalence))
        add_prevalence(o, s);
}

void evaluate_add_positive(json_t *o, const evaluate_analysis *s, bool has_both)
{
    if (has_both) {
        evaluate_add_binary(o, s);
        return;
    }
    const bool all = s->samples.positive[0];
    evaluate_add_only(o, s);
    hl_log_warn("%s %s %s of the positive class, %s: only the %s can be measured",
                all ? "all" : "no", (all ? hl_unit_plurals : hl_unit_names)[s->v->rule.unit],
                all ? "are" : "is", s->v->classes[s->v->positive],
                all ? "sensitivity" : "specificity");
}

int evaluate_binary_section(json_t *o, const evaluation *v, hl_err *e)
{
    evaluate_analysis s;
    bool has_both;
    if (v->positive == HL_NO_POSITIVE || v->nclasses > 2)
        return 0;
    const int status = evaluate_analyse(&s, v, &has_both, e);
    if (status == 0)
        evaluate_add_positive(o, &s, has_both);
    evaluate_analysis_free(&s);
    return status;
}

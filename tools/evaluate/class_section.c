/* SPDX-License-Identifier: BSD-2-Clause */
#include "class_section.h"

#include "base/mem.h"
#include "binary_section.h"
#include "calibrate.h"
#include "format/json.h"
#include "only_section.h"
#include "stats/metrics.h"
#include "subset_rows.h"

#include <math.h>
#include <stdlib.h>

/* One class against the rest: v with another positive class, and its analysis. */
typedef struct one_class {
    evaluation v;
    hl_calibration calibration;
    evaluate_analysis analysis;
    bool has_both;
    double fraction; /* of the samples that are of the class */
} one_class;

static int analyse_class(one_class *c, const evaluation *v, int cls, hl_err *e)
{
    c->v = *v;
    c->v.positive = cls;
    if (v->calibration) {
        c->calibration = hl_calibration_for_class(v->calibration, cls);
        c->v.calibration = &c->calibration;
    }
    if (evaluate_analyse(&c->analysis, &c->v, &c->has_both, e))
        return -1;
    c->fraction = c->has_both ? c->analysis.measured[evaluate_at_prevalence(&c->analysis)] : 0;
    return 0;
}

static json_t *class_to_json(const one_class *c)
{
    json_t *o =
        json_pack("{s:s, s:b}", "class", c->v.classes[c->v.positive], "measured", c->has_both);
    if (c->has_both)
        evaluate_add_binary(o, &c->analysis);
    else
        evaluate_add_only(o, &c->analysis);
    if (c->has_both && c->v.raw)
        evaluate_calibration(o, &c->v);
    return o;
}

/* ---- means over the classes ---- */

/* The metrics of a class that have a mean over the classes. */
static const hl_binary_metric averaged[] = {
    HL_SENSITIVITY, HL_SPECIFICITY,       HL_PPV, HL_NPV, HL_F1, HL_AUROC,
    HL_BRIER,       HL_AVERAGE_PRECISION, HL_ECE,
};

/* Sums are divided by the sum of the weights, so that the mean of ones is 1 to the last digit, and
 * a bootstrap without width shows as such. A class without samples has no weight. */
static double mean_of(const one_class *c, size_t n, hl_binary_metric metric, bool weighted)
{
    double sum = 0, of = 0;
    for (size_t k = 0; k < n; k++) {
        const double weight = weighted ? c[k].fraction : 1;
        if (!c[k].has_both)
            continue;
        sum += weight * c[k].analysis.measured[metric];
        of += weight;
    }
    return sum / of;
}

/* Of resample r; NaN where it lacks a class, and the metric needs that. The weights are those of
 * the sample, so that the interval is one of the same mean; those of the resample make the
 * sensitivity its accuracy, in which a class that it lacks has no weight. */
static double resampled_mean(const one_class *c, size_t n, hl_binary_metric metric, bool weighted,
                             size_t r)
{
    double sum = 0, of = 0;
    for (size_t k = 0; k < n; k++) {
        const evaluate_analysis *s = &c[k].analysis;
        if (!c[k].has_both)
            continue;
        const double fraction = metric == HL_SENSITIVITY ? s->prevalence[r] : c[k].fraction;
        const double weight = weighted ? fraction : 1;
        if (weight == 0)
            continue;
        sum += weight * s->kept[metric * s->v->method.resamples + r];
        of += weight;
    }
    return sum / of;
}

/* The mean recall is one of independent proportions, and the weighted one is the accuracy. */
static hl_estimate estimate_mean(const one_class *c, size_t n, hl_binary_metric metric,
                                 bool weighted, double value, double *scratch, size_t *lacking)
{
    const size_t resamples = c->v.method.resamples;
    *lacking = 0;
    for (size_t r = 0; r < resamples; r++) {
        scratch[r] = resampled_mean(c, n, metric, weighted, r);
        *lacking += isfinite(scratch[r]) ? 0 : 1;
    }
    const hl_interval bootstrap = hl_percentiles(scratch, resamples, EVALUATE_LEVEL);
    const bool too_many = evaluate_too_many(*lacking, &c->v);
    if (metric != HL_SENSITIVITY)
        return hl_estimate_other(bootstrap, too_many);
    if (weighted)
        return hl_estimate_proportion(bootstrap, *lacking > 0, value,
                                      evaluate_all_patients(&c->analysis));
    double *recall = hl_malloc(n, sizeof *recall), *patients = hl_malloc(n, sizeof *patients);
    for (size_t k = 0; k < n; k++) {
        recall[k] = c[k].analysis.measured[HL_SENSITIVITY];
        patients[k] = evaluate_positive_patients(&c[k].analysis);
    }
    const hl_estimate e = hl_estimate_mean(bootstrap, *lacking > 0, recall, patients, n);
    free(recall);
    free(patients);
    return e;
}

static json_t *means_to_json(const one_class *c, size_t n, bool weighted)
{
    const size_t resamples = c->v.method.resamples;
    json_t *metrics = json_object(), *intervals = json_object(), *methods = json_object();
    double *scratch = hl_malloc(resamples, sizeof *scratch);
    size_t without_a_class = 0; /* those without an AUROC */
    for (size_t i = 0; i < sizeof averaged / sizeof *averaged; i++) {
        const char *name = hl_binary_metric_names[averaged[i]];
        const double value = mean_of(c, n, averaged[i], weighted);
        json_object_set_new(metrics, name, hl_json_of_real(value));
        if (resamples == 0)
            continue;
        size_t lacking;
        const hl_estimate e = estimate_mean(c, n, averaged[i], weighted, value, scratch, &lacking);
        if (averaged[i] == HL_AUROC)
            without_a_class = lacking;
        json_object_set_new(
            intervals, name,
            json_pack("[o, o]", hl_json_of_real(e.interval.lo), hl_json_of_real(e.interval.hi)));
        if (e.method != HL_BY_BOOTSTRAP)
            json_object_set_new(methods, name, json_string(hl_interval_method_names[e.method]));
    }
    free(scratch);
    json_t *o = json_pack("{s:o}", "metrics", metrics);
    if (resamples) {
        json_object_set(o, "intervals", intervals);
        json_object_set_new(o, "resamples_without_a_class",
                            json_integer((json_int_t)without_a_class));
    }
    if (json_object_size(methods))
        json_object_set(o, "methods", methods);
    json_decref(intervals);
    json_decref(methods);
    return o;
}

/* ---- all classes together ---- */

/* Whether the largest probability is that of the right class, as a problem of two classes (Guo et
 * al. 2017). */
static double top_label_ece(const evaluate_rows *r)
{
    hl_binary b;
    double *p = hl_malloc(r->n, sizeof *p), metric[HL_BINARY_METRICS];
    uint8_t *right = hl_malloc(r->n, 1), *all = hl_calloc(r->n, 1);
    for (size_t i = 0; i < r->n; i++) {
        p[i] = r->p[i * r->nclasses + r->predicted[i]];
        right[i] = r->labels[i] == r->predicted[i];
    }
    hl_binary_init(&b, r->n, p, right, all);
    hl_binary_metrics_compute(&b, NULL, metric);
    hl_binary_free(&b);
    free(all);
    free(right);
    free(p);
    return metric[HL_ECE];
}

/* Sum over the classes of (p - y)^2, and its mean over the samples. */
static double multiclass_brier(const evaluate_rows *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n * r->nclasses; i++) {
        const double y = r->labels[i / r->nclasses] == i % r->nclasses;
        sum += (r->p[i] - y) * (r->p[i] - y);
    }
    return sum / (double)r->n;
}

static json_t *together(const evaluation *v, const double *p)
{
    evaluate_rows r;
    evaluate_rows_copy(&r, v, p, v->subset);
    json_t *o =
        json_pack("{s:f, s:f, s:f}", "log_loss", hl_log_loss(r.n, r.nclasses, r.labels, r.p),
                  "brier", multiclass_brier(&r), "top_label_ece", top_label_ece(&r));
    evaluate_rows_free(&r);
    return o;
}

static json_t *classes_to_json(const one_class *c, const evaluation *v)
{
    const size_t n = v->nclasses;
    json_t *list = json_array(), *o = json_pack("{s:o}", "classes", list);
    bool all = true, any = false;
    for (size_t k = 0; k < n; k++) {
        json_array_append_new(list, class_to_json(&c[k]));
        all &= c[k].has_both;
        any |= c[k].has_both;
    }
    if (all)
        json_object_set_new(o, "macro", means_to_json(c, n, false));
    if (any)
        json_object_set_new(o, "weighted", means_to_json(c, n, true));
    json_object_set_new(o, "together", together(v, v->p));
    if (v->raw)
        json_object_set_new(o, "together_before", together(v, v->raw));
    return o;
}

int evaluate_class_section(json_t *o, const evaluation *v, hl_err *e)
{
    if (v->nclasses < 3)
        return 0;
    one_class *c = hl_calloc(v->nclasses, sizeof *c);
    int status = 0;
    for (size_t k = 0; k < v->nclasses && status == 0; k++)
        status = analyse_class(&c[k], v, (int)k, e);
    if (status == 0 && v->positive != HL_NO_POSITIVE)
        evaluate_add_positive(o, &c[v->positive].analysis, c[v->positive].has_both);
    if (status == 0)
        json_object_set_new(o, "one_vs_rest", classes_to_json(c, v));
    for (size_t k = 0; k < v->nclasses; k++)
        evaluate_analysis_free(&c[k].analysis);
    free(c);
    return status;
}

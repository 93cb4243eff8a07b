/* SPDX-License-Identifier: BSD-2-Clause */
#include "calibrate.h"

#include "base/mem.h"
#include "stats/bootstrap.h"
#include "stats/metrics.h"
#include "stats/temperature.h"
#include "subset_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- temperature ---- */

#define MIN_TEMPERATURE 0.05
#define MAX_TEMPERATURE 20.0
/* With fewer validation images, one that is wrong decides the temperature. */
enum { FEW_TO_CALIBRATE = 50 };

static double loss_at(const evaluate_rows *c, double temperature, double *scratch)
{
    memcpy(scratch, c->p, c->n * c->nclasses * sizeof *scratch);
    hl_temperature_apply(temperature, c->n, c->nclasses, scratch);
    return hl_log_loss(c->n, c->nclasses, c->labels, scratch);
}

/* Whether the true class of each sample has the strictly largest probability. The log loss then
 * falls with the temperature down to 0, and has no minimum. */
static bool is_separated(const evaluate_rows *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const double *row = c->p + i * c->nclasses;
        for (size_t k = 0; k < c->nclasses; k++)
            if (k != c->labels[i] && row[k] >= row[c->labels[i]])
                return false;
    }
    return true;
}

/* Golden-section search on log T. */
static double minimise_loss(const evaluate_rows *c)
{
    static const double golden = 0.61803398874989485;
    double lo = log(MIN_TEMPERATURE), hi = log(MAX_TEMPERATURE);
    double *scratch = hl_malloc(c->n * c->nclasses, sizeof *scratch);
    double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
    double at_a = loss_at(c, exp(a), scratch), at_b = loss_at(c, exp(b), scratch);
    while (hi - lo > 1e-7) {
        if (at_a < at_b) {
            hi = b;
            b = a;
            at_b = at_a;
            a = hi - golden * (hi - lo);
            at_a = loss_at(c, exp(a), scratch);
        } else {
            lo = a;
            a = b;
            at_a = at_b;
            b = lo + golden * (hi - lo);
            at_b = loss_at(c, exp(b), scratch);
        }
    }
    free(scratch);
    return exp((lo + hi) / 2);
}

static bool is_at_an_end(double temperature)
{
    return temperature < MIN_TEMPERATURE * 1.001 || temperature > MAX_TEMPERATURE / 1.001;
}

void evaluate_fit_temperature(const evaluation *v, hl_calibration *c)
{
    evaluate_rows val;
    char *note = c->temperature_note;
    const size_t size = sizeof c->temperature_note;
    evaluate_rows_copy(&val, v, v->p, HL_VAL);
    const bool separated = is_separated(&val);
    c->temperature = separated ? 1 : minimise_loss(&val);
    if (separated)
        snprintf(note, size,
                 "the temperature is not estimable, and the probabilities are not calibrated: all "
                 "%zu validation images are classified correctly, so that the log loss has no "
                 "minimum; calibration needs more validation images",
                 val.n);
    else if (is_at_an_end(c->temperature))
        snprintf(note, size,
                 "the temperature, %.3g, is at an end of the range from %g to %g, in which the log "
                 "loss of the %zu validation images has no minimum: do not rely on the calibrated "
                 "probabilities",
                 c->temperature, MIN_TEMPERATURE, MAX_TEMPERATURE, val.n);
    else if (val.n < FEW_TO_CALIBRATE)
        snprintf(note, size,
                 "the temperature, %.3g, was fitted on only %zu validation images: the calibrated "
                 "probabilities may be far off",
                 c->temperature, val.n);
    evaluate_rows_free(&val);
}

/* ---- operating points ---- */

static hl_operating_point point_of(const hl_binary *b, bool sensitivity, double target)
{
    hl_operating_point o = {.value = target};
    snprintf(o.target, sizeof o.target, "%s", sensitivity ? "sensitivity" : "specificity");
    snprintf(o.name, sizeof o.name, "%s-%.0f", o.target, 100 * target);
    o.threshold = hl_binary_threshold(b, sensitivity, target);
    const hl_binary_rates a = hl_binary_at(b, NULL, o.threshold);
    o.sensitivity = a.sensitivity;
    o.specificity = a.specificity;
    return o;
}

/* Of class cls against the rest. */
static hl_class_points points_of(const evaluate_rows *val, uint32_t cls)
{
    static const double targets[] = {0.90, 0.95};
    enum { TARGETS = sizeof targets / sizeof *targets };
    hl_class_points c = {0};
    hl_binary b;
    hl_binary_of_class(&b, val->n, val->nclasses, val->labels, val->predicted, val->p, cls);
    if (!isnan(hl_binary_threshold(&b, true, 0))) {
        c.points = hl_calloc(2 * TARGETS, sizeof *c.points);
        for (int sensitivity = 0; sensitivity < 2; sensitivity++)
            for (size_t i = 0; i < TARGETS; i++)
                c.points[c.n++] = point_of(&b, sensitivity == 1, targets[i]);
    }
    hl_binary_free(&b);
    return c;
}

void evaluate_operating_points(const evaluation *v, hl_calibration *c)
{
    evaluate_rows val;
    c->positive = v->positive;
    evaluate_rows_copy(&val, v, v->p, HL_VAL);
    if (v->positive != HL_NO_POSITIVE) {
        const hl_class_points own = points_of(&val, (uint32_t)v->positive);
        c->points = own.points;
        c->npoints = own.n;
    }
    if (v->nclasses > 2) {
        c->of_class = hl_calloc(v->nclasses, sizeof *c->of_class);
        for (size_t k = 0; k < v->nclasses; k++)
            c->of_class[k] = points_of(&val, (uint32_t)k);
    }
    evaluate_rows_free(&val);
}

/* ---- before and after ---- */

static json_t *metrics(const evaluation *v, const double *p)
{
    evaluate_rows c;
    evaluate_rows_copy(&c, v, p, v->subset);
    json_t *o = json_pack("{s:f}", "log_loss", hl_log_loss(c.n, c.nclasses, c.labels, c.p));
    if (v->positive != HL_NO_POSITIVE) {
        hl_binary b;
        double f[HL_BINARY_METRICS];
        evaluate_rows_binary(&b, &c, v);
        hl_binary_metrics_compute(&b, NULL, f);
        json_object_set_new(o, "brier", json_real(f[HL_BRIER]));
        json_object_set_new(o, "ece", json_real(f[HL_ECE]));
        hl_binary_free(&b);
    }
    evaluate_rows_free(&c);
    return o;
}

void evaluate_calibration(json_t *o, const evaluation *v)
{
    json_t *all = json_pack("{s:f, s:o, s:o}", "temperature", v->calibration->temperature, "before",
                            metrics(v, v->raw), "after", metrics(v, v->p));
    if (*v->calibration->temperature_note)
        json_object_set_new(all, "note", json_string(v->calibration->temperature_note));
    json_object_set_new(o, "calibration", all);
}

/* Log loss of each sample after calibration less that before, for evaluate_loss_change. */
static double *loss_changes(const evaluate_rows *after, const evaluate_rows *before)
{
    double *d = hl_malloc(after->n, sizeof *d);
    for (size_t i = 0; i < after->n; i++) {
        const size_t at = i * after->nclasses;
        d[i] = hl_log_loss(1, after->nclasses, after->labels + i, after->p + at) -
               hl_log_loss(1, after->nclasses, after->labels + i, before->p + at);
    }
    return d;
}

/* Of the mean of d: [n], where the samples of a patient depend on each other. */
static double standard_error(const double *d, double mean, const evaluate_rows *r, uint64_t seed)
{
    hl_bootstrap b;
    hl_bootstrap_init(&b, r->n, r->patients, seed); /* for the patients' numbers */
    double *sum = hl_calloc(b.patients, sizeof *sum), squares = 0;
    for (size_t i = 0; i < r->n; i++)
        sum[b.patient[i]] += d[i] - mean;
    for (size_t k = 0; k < b.patients; k++)
        squares += sum[k] * sum[k];
    const double patients = (double)b.patients;
    free(sum);
    hl_bootstrap_free(&b);
    return sqrt(squares * patients / (patients - 1)) / (double)r->n; /* NaN for one patient */
}

evaluate_change evaluate_loss_change(const evaluation *v)
{
    evaluate_rows after, before;
    evaluate_rows_copy(&after, v, v->p, v->subset);
    evaluate_rows_copy(&before, v, v->raw, v->subset);
    evaluate_change c = {.before = hl_log_loss(before.n, before.nclasses, before.labels, before.p),
                         .after = hl_log_loss(after.n, after.nclasses, after.labels, after.p)};
    double *d = loss_changes(&after, &before);
    c.error = standard_error(d, c.after - c.before, &after, v->method.seed);
    free(d);
    evaluate_rows_free(&before);
    evaluate_rows_free(&after);
    return c;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "calibrate.h"

#include "base/mem.h"
#include "stats/metrics.h"
#include "stats/temperature.h"
#include "subset_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- temperature ---- */

static double loss_at(const evaluate_rows *c, double temperature, double *scratch)
{
    memcpy(scratch, c->p, c->n * c->nclasses * sizeof *scratch);
    hl_temperature_apply(temperature, c->n, c->nclasses, scratch);
    return hl_log_loss(c->n, c->nclasses, c->labels, scratch);
}

/* Golden-section search on log T. */
double evaluate_fit_temperature(const evaluation *v)
{
    static const double golden = 0.61803398874989485;
    evaluate_rows c;
    evaluate_rows_copy(&c, v, v->p, HL_VAL);
    double lo = log(0.05), hi = log(20), best = 0;
    if (c.n) {
        double *scratch = hl_malloc(c.n * c.nclasses, sizeof *scratch);
        double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
        double at_a = loss_at(&c, exp(a), scratch), at_b = loss_at(&c, exp(b), scratch);
        while (hi - lo > 1e-7) {
            if (at_a < at_b) {
                hi = b;
                b = a;
                at_b = at_a;
                a = hi - golden * (hi - lo);
                at_a = loss_at(&c, exp(a), scratch);
            } else {
                lo = a;
                a = b;
                at_a = at_b;
                b = lo + golden * (hi - lo);
                at_b = loss_at(&c, exp(b), scratch);
            }
        }
        best = (lo + hi) / 2;
        free(scratch);
    }
    evaluate_rows_free(&c);
    return exp(best);
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
    json_object_set_new(o, "calibration",
                        json_pack("{s:f, s:o, s:o}", "temperature", v->calibration->temperature,
                                  "before", metrics(v, v->raw), "after", metrics(v, v->p)));
}

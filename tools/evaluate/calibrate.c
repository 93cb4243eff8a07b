/* SPDX-License-Identifier: BSD-2-Clause */
#include "calibrate.h"

#include "base/mem.h"
#include "stats/binary_metrics.h"
#include "stats/metrics.h"
#include "stats/temperature.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- samples of a subset ---- */

typedef struct subset_rows {
    size_t n, nclasses;
    uint32_t *labels, *predicted; /* [n] */
    double *p;                    /* [n, nclasses] */
} subset_rows;

static void copy_rows(subset_rows *c, const evaluation *v, const double *p, int subset)
{
    const size_t n = evaluate_count(v, subset), k = v->nclasses;
    *c = (subset_rows){.nclasses = k};
    c->labels = hl_malloc(n, sizeof *c->labels);
    c->predicted = hl_malloc(n, sizeof *c->predicted);
    c->p = hl_malloc(n * k, sizeof *c->p);
    for (size_t i = 0; i < v->manifest->n; i++) {
        if (!evaluate_has(&v->manifest->samples[i], subset))
            continue;
        c->labels[c->n] = v->manifest->samples[i].cls;
        c->predicted[c->n] = v->predicted[i];
        memcpy(c->p + c->n++ * k, p + i * k, k * sizeof *p);
    }
}

static void free_rows(subset_rows *c)
{
    free(c->labels);
    free(c->predicted);
    free(c->p);
}

/* Class 1 is the positive one. */
static void as_binary(hl_binary *b, const subset_rows *c)
{
    double *p = hl_malloc(c->n, sizeof *p);
    uint8_t *positive = hl_malloc(c->n, 1), *predicted = hl_malloc(c->n, 1);
    for (size_t i = 0; i < c->n; i++) {
        p[i] = c->p[2 * i + 1];
        positive[i] = c->labels[i] == 1;
        predicted[i] = c->predicted[i] == 1;
    }
    hl_binary_init(b, c->n, p, positive, predicted);
    free(p);
    free(positive);
    free(predicted);
}

/* ---- temperature ---- */

static double loss_at(const subset_rows *c, double temperature, double *scratch)
{
    memcpy(scratch, c->p, c->n * c->nclasses * sizeof *scratch);
    hl_temperature_apply(temperature, c->n, c->nclasses, scratch);
    return hl_log_loss(c->n, c->nclasses, c->labels, scratch);
}

/* Golden-section search on log T. */
double evaluate_fit_temperature(const evaluation *v)
{
    static const double golden = 0.61803398874989485;
    subset_rows c;
    copy_rows(&c, v, v->p, HL_VAL);
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
    free_rows(&c);
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

void evaluate_operating_points(const evaluation *v, hl_calibration *c)
{
    static const double targets[] = {0.90, 0.95};
    enum { TARGETS = sizeof targets / sizeof *targets };
    c->positive = v->nclasses == 2 ? 1 : HL_NO_POSITIVE;
    if (v->nclasses != 2)
        return;
    subset_rows val;
    hl_binary b;
    copy_rows(&val, v, v->p, HL_VAL);
    as_binary(&b, &val);
    if (!isnan(hl_binary_threshold(&b, true, 0))) {
        c->points = hl_calloc(2 * TARGETS, sizeof *c->points);
        for (int sensitivity = 0; sensitivity < 2; sensitivity++)
            for (size_t i = 0; i < TARGETS; i++)
                c->points[c->npoints++] = point_of(&b, sensitivity == 1, targets[i]);
    }
    hl_binary_free(&b);
    free_rows(&val);
}

/* ---- before and after ---- */

static json_t *metrics(const evaluation *v, const double *p)
{
    subset_rows c;
    copy_rows(&c, v, p, v->subset);
    json_t *o = json_pack("{s:f}", "log_loss", hl_log_loss(c.n, c.nclasses, c.labels, c.p));
    if (v->nclasses == 2) {
        hl_binary b;
        double f[HL_BINARY_METRICS];
        as_binary(&b, &c);
        hl_binary_metrics_compute(&b, NULL, f);
        json_object_set_new(o, "brier", json_real(f[HL_BRIER]));
        json_object_set_new(o, "ece", json_real(f[HL_ECE]));
        hl_binary_free(&b);
    }
    free_rows(&c);
    return o;
}

void evaluate_calibration(json_t *o, const evaluation *v)
{
    json_object_set_new(o, "calibration",
                        json_pack("{s:f, s:o, s:o}", "temperature", v->calibration->temperature,
                                  "before", metrics(v, v->raw), "after", metrics(v, v->p)));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Which confidence interval can be stated, where a bootstrap of few patients cannot be one. */
#include "analysis.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* The images of which a rate is a fraction, in the order of the rates, and all. */
typedef enum { OF_POSITIVES, OF_NEGATIVES, OF_CALLED, OF_NOT_CALLED, OF_ALL } denominator;

/* called: as predicted, or with a threshold by that. */
static double patients_of(const evaluate_analysis *s, denominator of, double threshold)
{
    const hl_binary *b = &s->samples;
    uint8_t *counted = hl_malloc(b->n, 1);
    for (size_t i = 0; i < b->n; i++) {
        const bool called = isnan(threshold) ? b->predicted[i] : b->p[i] >= threshold;
        counted[b->row[i]] = of == OF_POSITIVES    ? b->positive[i]
                             : of == OF_NEGATIVES  ? !b->positive[i]
                             : of == OF_CALLED     ? called
                             : of == OF_NOT_CALLED ? !called
                                                   : true;
    }
    const double patients = hl_effective_patients(&s->bootstrap, counted);
    free(counted);
    return patients;
}

static void choose_rates(evaluate_analysis *s, size_t at, double threshold)
{
    for (size_t k = 0; k < EVALUATE_RATES; k++)
        s->estimate[at + k] =
            hl_estimate_proportion(s->estimate[at + k].interval, s->left_out[at + k] > 0,
                                   s->measured[at + k], patients_of(s, (denominator)k, threshold));
}

double evaluate_positive_patients(const evaluate_analysis *s)
{
    return patients_of(s, OF_POSITIVES, NAN);
}

double evaluate_all_patients(const evaluate_analysis *s)
{
    return patients_of(s, OF_ALL, NAN);
}

bool evaluate_too_many(size_t left_out, const evaluation *v)
{
    return (double)left_out > (1 - EVALUATE_LEVEL) / 2 * (double)v->method.resamples;
}

static void choose_metrics(evaluate_analysis *s)
{
    const bool too_many = evaluate_too_many(s->lacking, s->v);
    const double *value = s->measured;
    hl_estimate *e = s->estimate;
    const double m = patients_of(s, OF_POSITIVES, NAN), n = patients_of(s, OF_NEGATIVES, NAN);
    const double rates[] = {value[HL_SENSITIVITY], value[HL_SPECIFICITY]}, patients[] = {m, n};
    e[HL_ACCURACY] = hl_estimate_proportion(e[HL_ACCURACY].interval, false, value[HL_ACCURACY],
                                            patients_of(s, OF_ALL, NAN));
    choose_rates(s, HL_SENSITIVITY, NAN);
    e[HL_BALANCED_ACCURACY] =
        hl_estimate_mean(e[HL_BALANCED_ACCURACY].interval, s->lacking > 0, rates, patients, 2);
    e[HL_MACRO_RECALL] =
        hl_estimate_mean(e[HL_MACRO_RECALL].interval, s->lacking > 0, rates, patients, 2);
    e[HL_AUROC] = hl_estimate_auroc(e[HL_AUROC].interval, s->lacking > 0, value[HL_AUROC], m, n);
    e[HL_F1] = hl_estimate_other(e[HL_F1].interval, too_many);
    e[HL_MCC] = hl_estimate_other(e[HL_MCC].interval, too_many);
    e[HL_AVERAGE_PRECISION] = hl_estimate_other(e[HL_AVERAGE_PRECISION].interval, too_many);
    e[HL_BRIER] = hl_estimate_other(e[HL_BRIER].interval, false);
    e[HL_ECE] = hl_estimate_other(e[HL_ECE].interval, false);
}

/* Sensitivity and positives found are fractions of the positives. At the ends of a curve that are
 * what they are by definition, and of a precision that is 1 in all resamples, there is no interval.
 */
static void choose_curves(evaluate_analysis *s)
{
    const double m = patients_of(s, OF_POSITIVES, NAN);
    for (size_t i = 0; i < EVALUATE_GRID; i++) {
        const bool last = i + 1 == EVALUATE_GRID;
        const size_t roc = EVALUATE_AT_ROC + i, found = EVALUATE_AT_TRIAGE + i;
        const size_t precision = EVALUATE_AT_PRECISION + i;
        s->estimate[roc] = hl_estimate_proportion(s->estimate[roc].interval, false,
                                                  s->measured[roc], last ? 0 : m);
        s->estimate[found] = hl_estimate_proportion(s->estimate[found].interval, false,
                                                    s->measured[found], last || i == 0 ? 0 : m);
        s->estimate[precision] = hl_estimate_other(s->estimate[precision].interval, false);
    }
}

/* Both predictive values rise with sensitivity and specificity. */
static void choose_predictive(evaluate_analysis *s)
{
    const hl_estimate *sens = &s->estimate[HL_SENSITIVITY], *spec = &s->estimate[HL_SPECIFICITY];
    const double p = s->v->method.prevalence;
    const hl_interval a = sens->interval, b = spec->interval;
    const hl_interval bounds[EVALUATE_PREDICTIVE] = {
        {hl_ppv_at(a.lo, b.lo, p), hl_ppv_at(a.hi, b.hi, p)},
        {hl_npv_at(a.lo, b.lo, p), hl_npv_at(a.hi, b.hi, p)}};
    const bool both = sens->method == HL_BY_BOOTSTRAP && spec->method == HL_BY_BOOTSTRAP;
    for (size_t k = 0; k < EVALUATE_PREDICTIVE; k++) {
        const size_t at = evaluate_at_predictive(s) + k;
        hl_estimate *e = &s->estimate[at];
        *e = hl_estimate_other(e->interval, !both || s->left_out[at] > 0);
        if (e->method == HL_NOT_ESTIMABLE && hl_interval_has_width(bounds[k]))
            *e = (hl_estimate){bounds[k], HL_BY_BOUNDS};
    }
}

void evaluate_choose_estimates(evaluate_analysis *s)
{
    choose_metrics(s);
    choose_curves(s);
    for (size_t i = 0; i < s->npoints; i++)
        choose_rates(s, EVALUATE_AT_POINTS + EVALUATE_RATES * i,
                     s->v->calibration->points[i].threshold);
    choose_predictive(s);
}

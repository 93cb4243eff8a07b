/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/binary_metrics.h"

#include "base/mem.h"
#include "stats/ratio.h"

#include <math.h>
#include <stdlib.h>

const char *const hl_binary_metric_names[HL_BINARY_METRICS] = {
    "accuracy", "macro_recall", "sensitivity",       "specificity",
    "ppv",      "npv",          "balanced_accuracy", "f1",
    "mcc",      "auroc",        "average_precision", "brier",
    "ece",
};

/* ---- sorting ---- */

typedef struct scored {
    double p;
    uint32_t row;
} scored;

/* Ties are in the caller's order, so that the result does not depend on the qsort. */
static int by_falling_p(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? 1 : -1;
    return x->row < y->row ? -1 : 1;
}

void hl_binary_init(hl_binary *b, size_t n, const double *p, const uint8_t *positive,
                    const uint8_t *predicted)
{
    *b = (hl_binary){.n = n};
    scored *s = hl_malloc(n, sizeof *s);
    for (size_t i = 0; i < n; i++)
        s[i] = (scored){p[i], (uint32_t)i};
    qsort(s, n, sizeof *s, by_falling_p);
    b->p = hl_malloc(n, sizeof *b->p);
    b->positive = hl_malloc(n, 1);
    b->predicted = hl_malloc(n, 1);
    b->row = hl_malloc(n, sizeof *b->row);
    for (size_t i = 0; i < n; i++) {
        b->p[i] = s[i].p;
        b->row[i] = s[i].row;
        b->positive[i] = positive[s[i].row] != 0;
        b->predicted[i] = predicted[s[i].row] != 0;
    }
    free(s);
}

void hl_binary_of_class(hl_binary *b, size_t n, size_t nclasses, const uint32_t *labels,
                        const uint32_t *predicted, const double *p, uint32_t cls)
{
    double *score = hl_malloc(n, sizeof *score);
    uint8_t *is_cls = hl_malloc(n, 1), *called = hl_malloc(n, 1);
    for (size_t i = 0; i < n; i++) {
        score[i] = p[i * nclasses + cls];
        is_cls[i] = labels[i] == cls;
        called[i] = predicted[i] == cls;
    }
    hl_binary_init(b, n, score, is_cls, called);
    free(score);
    free(is_cls);
    free(called);
}

void hl_binary_free(hl_binary *b)
{
    free(b->p);
    free(b->positive);
    free(b->predicted);
    free(b->row);
    *b = (hl_binary){0};
}

static double weight_of(const hl_binary *b, const uint32_t *weight, size_t i)
{
    return weight ? (double)weight[b->row[i]] : 1;
}

/* Total weights of the samples with one score, which no threshold separates. */
typedef struct tie {
    double p, positive, negative;
} tie;

/* Sums the tie that begins at *at, and advances *at to the next one. */
static tie next_tie(const hl_binary *b, const uint32_t *weight, size_t *at)
{
    tie t = {.p = b->p[*at]};
    for (; *at < b->n && b->p[*at] == t.p; ++*at)
        *(b->positive[*at] ? &t.positive : &t.negative) += weight_of(b, weight, *at);
    return t;
}

static void totals(const hl_binary *b, const uint32_t *weight, double *positives, double *negatives)
{
    *positives = *negatives = 0;
    for (size_t i = 0; i < b->n; i++)
        *(b->positive[i] ? positives : negatives) += weight_of(b, weight, i);
}

/* ---- rates at a threshold ---- */

typedef struct counts {
    double tp, fp, tn, fn;
} counts;

static void count(counts *c, bool positive, bool predicted, double weight)
{
    if (positive)
        *(predicted ? &c->tp : &c->fn) += weight;
    else
        *(predicted ? &c->fp : &c->tn) += weight;
}

static hl_binary_rates rates_of(const counts *c)
{
    return (hl_binary_rates){hl_ratio(c->tp, c->tp + c->fn), hl_ratio(c->tn, c->tn + c->fp),
                             hl_ratio(c->tp, c->tp + c->fp), hl_ratio(c->tn, c->tn + c->fn)};
}

hl_binary_rates hl_binary_at(const hl_binary *b, const uint32_t *weight, double threshold)
{
    counts c = {0};
    for (size_t i = 0; i < b->n; i++)
        count(&c, b->positive[i], b->p[i] >= threshold, weight_of(b, weight, i));
    return rates_of(&c);
}

double hl_binary_threshold(const hl_binary *b, bool sensitivity, double target)
{
    double positives, negatives, tp = 0, fp = 0, best = INFINITY;
    totals(b, NULL, &positives, &negatives);
    if (positives == 0 || negatives == 0)
        return NAN;
    for (size_t i = 0; i < b->n;) {
        const tie t = next_tie(b, NULL, &i);
        const bool enough = sensitivity ? tp / positives >= target && t.negative > 0
                                        : (negatives - fp - t.negative) / negatives < target;
        if (enough)
            return best;
        tp += t.positive;
        fp += t.negative;
        if (t.positive > 0) /* otherwise a lower threshold only costs specificity */
            best = t.p;
    }
    return best;
}

double hl_ppv_at(double sensitivity, double specificity, double prevalence)
{
    const double tp = sensitivity * prevalence, fp = (1 - specificity) * (1 - prevalence);
    return hl_ratio(tp, tp + fp);
}

double hl_npv_at(double sensitivity, double specificity, double prevalence)
{
    const double tn = specificity * (1 - prevalence), fn = (1 - sensitivity) * prevalence;
    return hl_ratio(tn, tn + fn);
}

/* ---- metrics ---- */

static void metrics_of_counts(const counts *c, double out[HL_BINARY_METRICS])
{
    const hl_binary_rates a = rates_of(c);
    out[HL_ACCURACY] = hl_ratio(c->tp + c->tn, c->tp + c->tn + c->fp + c->fn);
    out[HL_SENSITIVITY] = a.sensitivity;
    out[HL_SPECIFICITY] = a.specificity;
    out[HL_PPV] = a.ppv;
    out[HL_NPV] = a.npv;
    out[HL_MACRO_RECALL] = out[HL_BALANCED_ACCURACY] = (a.sensitivity + a.specificity) / 2;
    out[HL_F1] = hl_ratio(2 * c->tp, 2 * c->tp + c->fp + c->fn);
    const double product = (c->tp + c->fp) * (c->tp + c->fn) * (c->tn + c->fp) * (c->tn + c->fn);
    out[HL_MCC] = product > 0 ? (c->tp * c->tn - c->fp * c->fn) / sqrt(product) : 0;
}

static void metrics_of_ranks(const hl_binary *b, const uint32_t *weight,
                             double out[HL_BINARY_METRICS])
{
    double positives, negatives, tp = 0, fp = 0, won = 0, precision = 0;
    totals(b, weight, &positives, &negatives);
    for (size_t i = 0; i < b->n;) {
        const tie t = next_tie(b, weight, &i);
        won += t.negative * (tp + t.positive / 2);
        tp += t.positive;
        fp += t.negative;
        precision += t.positive * hl_ratio(tp, tp + fp);
    }
    const bool both = positives > 0 && negatives > 0;
    out[HL_AUROC] = both ? won / (positives * negatives) : NAN;
    out[HL_AVERAGE_PRECISION] = positives > 0 ? precision / positives : NAN;
}

double hl_binary_auroc(const hl_binary *b, const uint32_t *weight)
{
    double metrics[HL_BINARY_METRICS];
    metrics_of_ranks(b, weight, metrics);
    return metrics[HL_AUROC];
}

int hl_binary_bin_of(double p)
{
    const int k = (int)(p * HL_ECE_BINS);
    return k < HL_ECE_BINS ? k : HL_ECE_BINS - 1;
}

void hl_binary_bins(const hl_binary *b, const uint32_t *weight, hl_bin bins[HL_ECE_BINS])
{
    for (int k = 0; k < HL_ECE_BINS; k++)
        bins[k] = (hl_bin){0};
    for (size_t i = 0; i < b->n; i++) {
        hl_bin *to = &bins[hl_binary_bin_of(b->p[i])];
        const double w = weight_of(b, weight, i);
        to->n += w;
        to->mean_p += w * b->p[i];
        to->observed += w * b->positive[i];
    }
    for (int k = 0; k < HL_ECE_BINS; k++) {
        bins[k].mean_p = bins[k].n > 0 ? bins[k].mean_p / bins[k].n : NAN;
        bins[k].observed = bins[k].n > 0 ? bins[k].observed / bins[k].n : NAN;
    }
}

void hl_binary_metrics_compute(const hl_binary *b, const uint32_t *weight,
                               double out[HL_BINARY_METRICS])
{
    counts c = {0};
    double squares = 0, n = 0, gaps = 0;
    for (size_t i = 0; i < b->n; i++) {
        const double w = weight_of(b, weight, i), d = b->p[i] - b->positive[i];
        count(&c, b->positive[i], b->predicted[i], w);
        squares += w * d * d;
        n += w;
    }
    metrics_of_counts(&c, out);
    metrics_of_ranks(b, weight, out);
    hl_bin bins[HL_ECE_BINS];
    hl_binary_bins(b, weight, bins);
    for (int k = 0; k < HL_ECE_BINS; k++)
        if (bins[k].n > 0)
            gaps += bins[k].n * fabs(bins[k].mean_p - bins[k].observed);
    out[HL_BRIER] = hl_ratio(squares, n);
    out[HL_ECE] = hl_ratio(gaps, n);
}

/* ---- curves ---- */

typedef struct grid {
    size_t points, roc, precision, found; /* number of points; index of the next one per curve */
} grid;

static double x_of(const grid *g, size_t i)
{
    return (double)i / (double)(g->points - 1);
}

void hl_binary_curves(const hl_binary *b, const uint32_t *weight, size_t points, hl_curves *c)
{
    static const double slack = 1e-12; /* for rounding when a quotient equals x */
    grid g = {.points = points};
    double positives, negatives, tp = 0, fp = 0;
    totals(b, weight, &positives, &negatives);
    const double all = positives + negatives;
    for (size_t i = 0; i < b->n;) {
        const tie t = next_tie(b, weight, &i);
        const double here = t.positive + t.negative;
        if (here <= 0)
            continue;
        while (g.roc < points && x_of(&g, g.roc) + slack < hl_ratio(fp + t.negative, negatives))
            c->roc[g.roc++] = hl_ratio(tp, positives);
        while (g.found < points && x_of(&g, g.found) * all <= tp + fp + here + slack * all) {
            const double fraction = (x_of(&g, g.found) * all - tp - fp) / here;
            c->found[g.found++] = hl_ratio(tp + t.positive * fmin(fraction, 1), positives);
        }
        tp += t.positive;
        fp += t.negative;
        while (g.precision < points && hl_ratio(tp, positives) + slack >= x_of(&g, g.precision))
            c->precision[g.precision++] = hl_ratio(tp, tp + fp);
    }
    while (g.roc < points)
        c->roc[g.roc++] = 1;
    while (g.found < points)
        c->found[g.found++] = 1;
    while (g.precision < points)
        c->precision[g.precision++] = hl_ratio(positives, all);
}

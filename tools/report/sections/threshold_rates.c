/* SPDX-License-Identifier: BSD-2-Clause */
#include "threshold_rates.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

typedef struct scored {
    double p;
    bool positive;
} scored;

static int by_falling_score(const void *a, const void *b)
{
    const double x = ((const scored *)a)->p, y = ((const scored *)b)->p;
    return (x < y) - (x > y);
}

static void add_point(report_rates *c, double threshold, double hits, double alarms)
{
    c->threshold[c->n] = threshold;
    c->sensitivity[c->n] = hits / c->positives;
    c->specificity[c->n] = 1 - alarms / c->negatives;
    c->false_alarms[c->n] = alarms / c->negatives;
    c->precision[c->n++] = hits + alarms > 0 ? hits / (hits + alarms) : NAN;
}

static void walk(report_rates *c, const scored *s, size_t n)
{
    double hits = 0, alarms = 0;
    add_point(c, 1, 0, 0);
    for (size_t i = 0; i < n;) {
        const double score = s[i].p;
        add_point(c, score, hits, alarms); /* the value up to this score */
        for (; i < n && s[i].p == score; i++) {
            hits += s[i].positive;
            alarms += !s[i].positive;
        }
        add_point(c, score, hits, alarms);
    }
    add_point(c, 0, hits, alarms);
}

static double *rates_new(const hl_predictions *p)
{
    return hl_malloc(2 * p->n + 2, sizeof(double));
}

bool report_rates_of(report_rates *c, const hl_predictions *p, int positive)
{
    *c = (report_rates){0};
    if (positive == HL_NO_POSITIVE)
        return false;
    const uint32_t cls = (uint32_t)positive;
    for (size_t i = 0; i < p->n; i++)
        c->positives += p->rows[i].label == cls;
    c->negatives = (double)p->n - c->positives;
    if (!(c->positives > 0 && c->negatives > 0))
        return false;
    scored *s = hl_malloc(p->n, sizeof *s);
    for (size_t i = 0; i < p->n; i++)
        s[i] = (scored){p->p[p->nclasses * i + cls], p->rows[i].label == cls};
    qsort(s, p->n, sizeof *s, by_falling_score);
    c->threshold = rates_new(p);
    c->sensitivity = rates_new(p);
    c->specificity = rates_new(p);
    c->false_alarms = rates_new(p);
    c->precision = rates_new(p);
    walk(c, s, p->n);
    free(s);
    return true;
}

void report_rates_free(report_rates *c)
{
    free(c->threshold);
    free(c->sensitivity);
    free(c->specificity);
    free(c->false_alarms);
    free(c->precision);
    *c = (report_rates){0};
}

size_t report_thin(double *x, double *y, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        const bool ends = i == 0 || i + 1 == n;
        const bool level = !ends && y[to - 1] == y[i] && y[i] == y[i + 1];
        const bool upright = !ends && x[to - 1] == x[i] && x[i] == x[i + 1];
        if (level || upright)
            continue;
        x[to] = x[i];
        y[to++] = y[i];
    }
    return to;
}

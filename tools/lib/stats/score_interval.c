/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/score_interval.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

static const hl_interval none = {NAN, NAN};

hl_interval hl_wilson(double p, double n)
{
    if (!(n > 0) || isnan(p))
        return none;
    const double zz = z * z, middle = (p + zz / (2 * n)) / (1 + zz / n);
    const double half = z / (1 + zz / n) * sqrt(p * (1 - p) / n + zz / (4 * n * n));
    return (hl_interval){p > 0 ? fmax(0, middle - half) : 0, p < 1 ? fmin(1, middle + half) : 1};
}

/* ---- AUROC ---- */

static double auroc_variance(double t, double m, double n)
{
    const double others = (m + n) / 2 - 1;
    return t * (1 - t) * (1 + others * ((1 - t) / (2 - t) + t / (1 + t))) / (m * n);
}

/* The bound between the area and `end`, 0 or 1: where the distance is z standard deviations of that
 * bound. The sign changes once, so halving finds it. */
static double auroc_bound(double area, double end, double m, double n)
{
    double inside = area, outside = end;
    for (int i = 0; i < 100; i++) {
        const double t = (inside + outside) / 2;
        if ((area - t) * (area - t) < z * z * auroc_variance(t, m, n))
            inside = t;
        else
            outside = t;
    }
    return outside;
}

hl_interval hl_newcombe_auroc(double area, double m, double n)
{
    if (!(m > 0) || !(n > 0) || isnan(area))
        return none;
    return (hl_interval){auroc_bound(area, 0, m, n), auroc_bound(area, 1, m, n)};
}

/* ---- means ---- */

hl_interval hl_mover_mean(const double *value, const hl_interval *interval, size_t k)
{
    double sum = 0, below = 0, above = 0;
    for (size_t i = 0; i < k; i++) {
        const double lo = value[i] - interval[i].lo, hi = interval[i].hi - value[i];
        sum += value[i];
        below += lo * lo;
        above += hi * hi;
    }
    return k ? (hl_interval){(sum - sqrt(below)) / (double)k, (sum + sqrt(above)) / (double)k}
             : none;
}

/* ---- differences ---- */

hl_interval hl_mover_difference(double a, hl_interval of_a, double b, hl_interval of_b)
{
    const double below[] = {a - of_a.lo, of_b.hi - b}, above[] = {of_a.hi - a, b - of_b.lo};
    return (hl_interval){a - b - sqrt(below[0] * below[0] + below[1] * below[1]),
                         a - b + sqrt(above[0] * above[0] + above[1] * above[1])};
}

/* ---- patients ---- */

double hl_effective_patients(const hl_bootstrap *b, const uint8_t *counted)
{
    double *samples = hl_calloc(b->patients, sizeof *samples), sum = 0, squares = 0;
    for (size_t i = 0; i < b->n; i++)
        samples[b->patient[i]] += !counted || counted[i];
    for (size_t k = 0; k < b->patients; k++) {
        sum += samples[k];
        squares += samples[k] * samples[k];
    }
    free(samples);
    return squares > 0 ? sum * sum / squares : 0;
}

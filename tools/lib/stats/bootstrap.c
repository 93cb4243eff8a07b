/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/bootstrap.h"

#include "base/mem.h"
#include "base/rng.h"
#include "stats/ranks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct named {
    const char *name;
    size_t i;
} named;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

void hl_bootstrap_init(hl_bootstrap *b, size_t n, const char *const *patients, uint64_t seed)
{
    *b = (hl_bootstrap){.n = n, .seed = seed};
    b->patient = hl_malloc(n, sizeof *b->patient);
    named *s = hl_malloc(n, sizeof *s);
    for (size_t i = 0; i < n; i++)
        s[i] = (named){patients[i], i};
    qsort(s, n, sizeof *s, by_name);
    for (size_t i = 0; i < n; i++) {
        b->patients += i == 0 || strcmp(s[i].name, s[i - 1].name) != 0;
        b->patient[s[i].i] = (uint32_t)(b->patients - 1);
    }
    free(s);
}

void hl_bootstrap_free(hl_bootstrap *b)
{
    free(b->patient);
    *b = (hl_bootstrap){0};
}

void hl_bootstrap_draw(const hl_bootstrap *b, size_t r, uint32_t *drawn, uint32_t *weight)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "bootstrap/%zu", r);
    hl_rng rng = hl_rng_make(b->seed, purpose);
    memset(drawn, 0, b->patients * sizeof *drawn);
    for (size_t i = 0; i < b->patients; i++)
        drawn[hl_rng_below(&rng, b->patients)]++;
    for (size_t i = 0; i < b->n; i++)
        weight[i] = drawn[b->patient[i]];
}

static double quantile(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t below = (size_t)at;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

hl_interval hl_percentiles(double *values, size_t n, double level)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i]))
            values[kept++] = values[i];
    if (kept == 0)
        return (hl_interval){NAN, NAN};
    qsort(values, kept, sizeof *values, hl_compare_doubles);
    return (hl_interval){quantile(values, kept, (1 - level) / 2),
                         quantile(values, kept, (1 + level) / 2)};
}

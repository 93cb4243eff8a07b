/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/delong.h"

#include "base/mem.h"
#include "stats/ranks.h"

#include <math.h>
#include <stdlib.h>

/* Structural components: for each positive, the fraction of negatives with a lower score; for each
 * negative, the fraction of positives with a higher one; ties count half. */
typedef struct components {
    double *positives, *negatives; /* [m], [k] */
    double area;
} components;

static void components_of(components *c, size_t n, const uint8_t *positive, const double *score,
                          size_t m)
{
    const size_t k = n - m;
    double *sides[2] = {hl_malloc(k, sizeof(double)), hl_malloc(m, sizeof(double))};
    double *ranks[2] = {hl_malloc(k, sizeof(double)), hl_malloc(m, sizeof(double))};
    double *all = hl_malloc(n, sizeof *all);
    size_t to[2] = {0, 0};
    hl_midranks(n, score, all);
    for (size_t i = 0; i < n; i++)
        sides[positive[i]][to[positive[i]]++] = score[i];
    hl_midranks(k, sides[0], ranks[0]);
    hl_midranks(m, sides[1], ranks[1]);
    c->positives = hl_malloc(m, sizeof *c->positives);
    c->negatives = hl_malloc(k, sizeof *c->negatives);
    c->area = 0;
    to[0] = to[1] = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t j = to[positive[i]]++;
        const double others = all[i] - ranks[positive[i]][j]; /* of the other class, below it */
        if (positive[i])
            c->area += c->positives[j] = others / (double)k;
        else
            c->negatives[j] = 1 - others / (double)m;
    }
    c->area /= (double)m;
    for (int s = 0; s < 2; s++) {
        free(sides[s]);
        free(ranks[s]);
    }
    free(all);
}

static void components_free(components *c)
{
    free(c->positives);
    free(c->negatives);
}

/* Sample variance of a - b, the components of one class. */
static double variance_of(size_t n, const double *a, const double *b)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += (a[i] - b[i]) / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
    return n > 1 ? squares / (double)(n - 1) : 0;
}

hl_delong_result hl_delong_compare(size_t n, const uint8_t *positive, const double *a,
                                   const double *b)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        m += positive[i];
    if (m == 0 || m == n)
        return (hl_delong_result){NAN, NAN, NAN, NAN, NAN};
    components x, y;
    components_of(&x, n, positive, a, m);
    components_of(&y, n, positive, b, m);
    const double variance = variance_of(m, x.positives, y.positives) / (double)m +
                            variance_of(n - m, x.negatives, y.negatives) / (double)(n - m);
    const double difference = x.area - y.area;
    double z = difference / sqrt(variance);
    if (!(variance > 0))
        z = difference != 0 ? NAN : 0;
    const hl_delong_result r = {x.area, y.area, variance, z, erfc(fabs(z) / sqrt(2))};
    components_free(&x);
    components_free(&y);
    return r;
}

/* ---- one AUROC of samples that belong to patients ---- */

/* Of each patient, the samples of one class and the sum of their components. */
typedef struct cluster {
    double n[2], sum[2];
} cluster;

/* Sum of squares, or of products for two classes, of what the patients deviate from the area. */
static double deviations(const cluster *c, size_t n, int x, int y, double area)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (c[i].sum[x] - c[i].n[x] * area) * (c[i].sum[y] - c[i].n[y] * area);
    return sum;
}

static double clustered_variance(const cluster *c, size_t patients, double area)
{
    double samples[2] = {0, 0}, with[2] = {0, 0}, variance = 0;
    for (size_t i = 0; i < patients; i++)
        for (int k = 0; k < 2; k++) {
            samples[k] += c[i].n[k];
            with[k] += c[i].n[k] > 0;
        }
    for (int k = 0; k < 2; k++)
        variance += with[k] / (with[k] - 1) * deviations(c, patients, k, k, area) /
                    (samples[k] * samples[k]);
    return variance + 2 * (double)patients / ((double)patients - 1) *
                          deviations(c, patients, 0, 1, area) / (samples[0] * samples[1]);
}

hl_delong_area hl_delong_of_patients(size_t n, const uint8_t *positive, const double *score,
                                     const uint32_t *patient, size_t patients)
{
    size_t m = 0, to[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        m += positive[i];
    if (m == 0 || m == n)
        return (hl_delong_area){NAN, NAN};
    components x;
    components_of(&x, n, positive, score, m);
    cluster *c = hl_calloc(patients, sizeof *c);
    for (size_t i = 0; i < n; i++) {
        const int k = positive[i];
        c[patient[i]].n[k] += 1;
        c[patient[i]].sum[k] += (k ? x.positives : x.negatives)[to[k]++];
    }
    const hl_delong_area r = {x.area, clustered_variance(c, patients, x.area)};
    free(c);
    components_free(&x);
    return r;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "significance.h"

#include "base/mem.h"
#include "stats/ranks.h"

#include <math.h>
#include <stdlib.h>

/* ---- DeLong ---- */

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

compare_delong_result compare_delong(size_t n, const uint8_t *positive, const double *a,
                                     const double *b)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        m += positive[i];
    if (m == 0 || m == n)
        return (compare_delong_result){NAN, NAN, NAN, NAN, NAN};
    components x, y;
    components_of(&x, n, positive, a, m);
    components_of(&y, n, positive, b, m);
    const double variance = variance_of(m, x.positives, y.positives) / (double)m +
                            variance_of(n - m, x.negatives, y.negatives) / (double)(n - m);
    const double difference = x.area - y.area;
    double z = difference / sqrt(variance);
    if (!(variance > 0))
        z = difference != 0 ? NAN : 0;
    const compare_delong_result r = {x.area, y.area, variance, z, erfc(fabs(z) / sqrt(2))};
    free(x.positives);
    free(x.negatives);
    free(y.positives);
    free(y.negatives);
    return r;
}

/* ---- McNemar ---- */

enum { EXACT_BELOW = 25 };

compare_mcnemar_result compare_mcnemar(uint64_t only_a, uint64_t only_b)
{
    const uint64_t n = only_a + only_b, least = only_a < only_b ? only_a : only_b;
    if (n < EXACT_BELOW) {
        double tail = 0, chosen = 1; /* n over k */
        for (uint64_t k = 0; k <= least; k++) {
            tail += chosen;
            chosen = chosen * (double)(n - k) / (double)(k + 1);
        }
        return (compare_mcnemar_result){true, (double)least, fmin(1, 2 * ldexp(tail, -(int)n))};
    }
    const double gap = fabs((double)only_a - (double)only_b) - 1;
    const double chi = gap > 0 ? gap * gap / (double)n : 0;
    return (compare_mcnemar_result){false, chi, erfc(sqrt(chi / 2))};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/covariance.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* trace(S) and trace(S S) of a symmetric matrix S. */
static void traces(const double *s, size_t d, double *trace, double *trace_of_square)
{
    *trace = *trace_of_square = 0;
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < i; j++)
            *trace_of_square += 2 * s[i * d + j] * s[i * d + j];
        *trace_of_square += s[i * d + i] * s[i * d + i];
        *trace += s[i * d + i];
    }
}

int hl_shrink_oas(double *cov, size_t d, uint64_t n, double *shrinkage)
{
    double trace, square;
    traces(cov, d, &trace, &square);
    if (!(trace > 0))
        return -1;
    const double p = (double)d, numerator = (1 - 2 / p) * square + trace * trace;
    const double denominator = ((double)n + 1 - 2 / p) * (square - trace * trace / p);
    const double fraction = denominator > 0 ? fmin(numerator / denominator, 1) : 1;
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j <= i; j++)
            cov[i * d + j] *= 1 - fraction;
        cov[i * d + i] += fraction * trace / p;
    }
    *shrinkage = fraction;
    return 0;
}

/* Cholesky factorisation: replaces the lower triangle of a by L, with a = L L^T. */
static int factorise(double *a, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * d + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * d + k] * a[j * d + k];
            if (i != j)
                a[i * d + j] = sum / a[j * d + j];
            else if (sum > 0)
                a[i * d + i] = sqrt(sum);
            else
                return -1;
        }
    }
    return 0;
}

int hl_whiten(double *a, size_t d)
{
    if (factorise(a, d))
        return -1;
    double *w = hl_calloc(d * d, sizeof *w);
    /* L W = 1 gives row i of W from the rows above it. */
    for (size_t i = 0; i < d; i++) {
        double *row = w + i * d;
        for (size_t k = 0; k < i; k++)
            for (size_t j = 0; j <= k; j++)
                row[j] -= a[i * d + k] * w[k * d + j];
        for (size_t j = 0; j < i; j++)
            row[j] /= a[i * d + i];
        row[i] = 1 / a[i * d + i];
    }
    memcpy(a, w, d * d * sizeof *w);
    free(w);
    return 0;
}

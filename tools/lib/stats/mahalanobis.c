/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/mahalanobis.h"

#include "base/mem.h"
#include "base/rng.h"
#include "stats/mahalanobis_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8, BLOCK = HL_MAHALANOBIS_DIMS / BLOCKS, BITS = 6, LANES = 8 };

size_t hl_mahalanobis_dims(size_t inputs)
{
    return inputs < HL_MAHALANOBIS_DIMS ? inputs : HL_MAHALANOBIS_DIMS;
}

/* ---- normalising and projecting ---- */

static double norm_of(const float *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

/* The numbers of the projection are generated again for each vector, which takes less time than
 * reading a table that does not fit into the cache. */
static void project_sparse(const float *features, size_t inputs, uint64_t seed, double scale,
                           double *out)
{
    hl_rng r = hl_rng_make(seed, "outlier/projection");
    memset(out, 0, HL_MAHALANOBIS_DIMS * sizeof *out);
    for (size_t j = 0; j < inputs; j++) {
        uint64_t bits = hl_rng_u64(&r);
        const double v = scale * (double)features[j];
        for (size_t b = 0; b < BLOCKS; b++, bits >>= BITS)
            out[b * BLOCK + (bits & 31u)] += bits & 32u ? -v : v;
    }
}

void hl_mahalanobis_project(const float *features, size_t inputs, uint64_t seed, double *out)
{
    const double norm = norm_of(features, inputs), scale = norm > 0 ? 1 / norm : 0;
    if (inputs > HL_MAHALANOBIS_DIMS) {
        project_sparse(features, inputs, seed, scale / sqrt(BLOCKS), out);
        return;
    }
    for (size_t j = 0; j < inputs; j++)
        out[j] = scale * (double)features[j];
}

/* ---- distances ---- */

/* y = W x for the lower triangular W [dims, dims]. */
static void whiten(const hl_mahalanobis *o, const double *x, double *y)
{
    for (size_t i = 0; i < o->dims; i++) {
        const float *row = o->whitening + i * o->dims;
        double sum[LANES] = {0};
        size_t j = 0;
        for (; j + LANES <= i + 1; j += LANES)
            for (size_t k = 0; k < LANES; k++)
                sum[k] += (double)row[j + k] * x[j + k];
        for (; j <= i; j++)
            sum[0] += (double)row[j] * x[j];
        y[i] = 0;
        for (size_t k = 0; k < LANES; k++)
            y[i] += sum[k];
    }
}

double *hl_mahalanobis_whiten_means(const hl_mahalanobis *o)
{
    double mean[HL_MAHALANOBIS_DIMS], *whitened = hl_malloc(o->nmeans * o->dims, sizeof *whitened);
    for (size_t k = 0; k < o->nmeans; k++) {
        for (size_t i = 0; i < o->dims; i++)
            mean[i] = (double)o->means[k * o->dims + i];
        whiten(o, mean, whitened + k * o->dims);
    }
    return whitened;
}

double hl_mahalanobis_nearest(const hl_mahalanobis *o, const double *whitened_means,
                              const double *x)
{
    double best = INFINITY, y[HL_MAHALANOBIS_DIMS];
    whiten(o, x, y);
    for (size_t k = 0; k < o->nmeans; k++) {
        double sum = 0;
        for (size_t i = 0; i < o->dims; i++) {
            const double from_mean = y[i] - whitened_means[k * o->dims + i];
            sum += from_mean * from_mean;
        }
        best = fmin(best, sum);
    }
    return sqrt(best);
}

double hl_mahalanobis_distance(const hl_mahalanobis *o, const float *features)
{
    double x[HL_MAHALANOBIS_DIMS], *means = hl_mahalanobis_whiten_means(o);
    hl_mahalanobis_project(features, o->inputs, o->seed, x);
    const double distance = hl_mahalanobis_nearest(o, means, x);
    free(means);
    return distance;
}

void hl_mahalanobis_free(hl_mahalanobis *o)
{
    free(o->means);
    free(o->whitening);
    *o = (hl_mahalanobis){0};
}

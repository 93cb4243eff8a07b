/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/standardizer.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

void nn_standardizer_init(nn_standardizer *s, size_t width)
{
    s->width = width;
    s->mean = hl_malloc(width, sizeof *s->mean);
    s->scale = hl_malloc(width, sizeof *s->scale);
}

void nn_standardizer_free(nn_standardizer *s)
{
    free(s->mean);
    free(s->scale);
    *s = (nn_standardizer){0};
}

/* Training flushes a subnormal scale to zero, which would make the quotient infinite. */
bool nn_standardizer_is_scale(float scale)
{
    return isnormal(scale) && scale > 0;
}

/* Not folded into the first kernel and bias: if a mean is much larger than its deviation, the
 * difference of two large products would lose digits that this difference keeps. */
void nn_standardizer_apply(const nn_standardizer *s, const float *x, size_t n, float *y)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < s->width; k++)
            y[i * s->width + k] = (x[i * s->width + k] - s->mean[k]) / s->scale[k];
}

void nn_standardizer_backward(const nn_standardizer *s, float *gradient, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < s->width; k++)
            gradient[i * s->width + k] /= s->scale[k];
}

/* ---- moments ---- */

void nn_moments_init(nn_moments *m, size_t width)
{
    *m = (nn_moments){.width = width,
                      .first = hl_calloc(width, sizeof *m->first),
                      .sum = hl_calloc(width, sizeof *m->sum),
                      .squares = hl_calloc(width, sizeof *m->squares)};
}

void nn_moments_add(nn_moments *m, const float *x, size_t n)
{
    for (size_t k = 0; k < m->width && m->n == 0 && n > 0; k++)
        m->first[k] = (double)x[k];
    for (size_t i = 0; i < n; i++, x += m->width)
        for (size_t k = 0; k < m->width; k++) {
            const double d = (double)x[k] - m->first[k];
            m->sum[k] += d;
            m->squares[k] += d * d;
        }
    m->n += n;
}

/* One pass is enough: the first sample is at most sqrt(n) deviations away from the mean, so that
 * the subtraction below loses a factor of n at worst. A constant feature has exactly 0. */
void nn_moments_finish(const nn_moments *m, nn_standardizer *s)
{
    nn_standardizer_init(s, m->width);
    for (size_t k = 0; k < m->width; k++) {
        const double mean = m->sum[k] / (double)m->n;
        const double variance = m->squares[k] / (double)m->n - mean * mean;
        const float scale = variance > 0 ? (float)sqrt(variance) : 0;
        s->mean[k] = (float)(m->first[k] + mean);
        s->scale[k] = nn_standardizer_is_scale(scale) ? scale : 1;
    }
}

void nn_moments_free(nn_moments *m)
{
    free(m->first);
    free(m->sum);
    free(m->squares);
    *m = (nn_moments){0};
}

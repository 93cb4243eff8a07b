/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/resize_taps.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* ---- the filters ---- */

static double box(double x)
{
    return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

static double triangle(double x)
{
    x = fabs(x);
    return x < 1.0 ? 1.0 - x : 0.0;
}

static double cubic(double x)
{
    static const double a = -0.5;
    x = fabs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    if (x < 2.0)
        return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return 0.0;
}

static double sinc(double x)
{
    if (x == 0.0)
        return 1.0;
    x *= M_PI;
    return sin(x) / x;
}

static double lanczos3(double x)
{
    return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
}

static const hl_kernel kernels[] = {
    [HL_BILINEAR] = {triangle, 1.0},
    [HL_BICUBIC] = {cubic, 2.0},
    [HL_AREA] = {box, 0.5},
    [HL_LANCZOS] = {lanczos3, 3.0},
};

const hl_kernel *hl_kernel_of(hl_filter filter)
{
    return &kernels[filter];
}

/* ---- input pixels and weights of each output pixel, along one axis ---- */

static int32_t fixed_point(double weight)
{
    return (int32_t)((weight < 0 ? -0.5 : 0.5) + weight * (1 << HL_TAPS_PRECISION));
}

hl_taps hl_taps_make(const hl_kernel *f, size_t in, double from, double to, size_t n)
{
    const double scale = (to - from) / (double)n;
    const double widening = scale < 1.0 ? 1.0 : scale;
    const double support = f->support * widening;
    hl_taps t = {.n = n, .most = (size_t)ceil(support) * 2 + 1};
    t.first = hl_malloc(n, sizeof *t.first);
    t.count = hl_malloc(n, sizeof *t.count);
    t.weight = hl_malloc(n * t.most, sizeof *t.weight);
    t.exact = hl_malloc(n * t.most, sizeof *t.exact);
    double *w = hl_malloc(t.most, sizeof *w);
    for (size_t i = 0; i < n; i++) {
        const double centre = from + ((double)i + 0.5) * scale;
        const double lo = centre - support + 0.5, hi = centre + support + 0.5;
        const size_t first = lo < 0.0 ? 0 : (size_t)lo;
        const size_t end = hi > (double)in ? in : (size_t)hi;
        double sum = 0.0;
        for (size_t j = first; j < end; j++)
            sum += w[j - first] = f->weight(((double)j - centre + 0.5) * (1.0 / widening));
        for (size_t j = 0; j < end - first; j++) {
            const double weight = sum != 0.0 ? w[j] / sum : w[j];
            t.weight[i * t.most + j] = fixed_point(weight);
            t.exact[i * t.most + j] = (float)weight;
        }
        t.first[i] = first;
        t.count[i] = end - first;
        t.end = end;
    }
    free(w);
    return t;
}

void hl_taps_free(hl_taps *t)
{
    free(t->first);
    free(t->count);
    free(t->weight);
    free(t->exact);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "heat.h"

#include "base/mem.h"
#include "inferno.h"
#include "stats/ranks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

void explain_heat_gradcam(const float *maps, const float *gradient, size_t channels, size_t pixels,
                          double *heat)
{
    for (size_t i = 0; i < pixels; i++)
        heat[i] = 0;
    for (size_t k = 0; k < channels; k++) {
        const float *a = maps + k * pixels, *g = gradient + k * pixels;
        double weight = 0;
        for (size_t i = 0; i < pixels; i++)
            weight += (double)g[i];
        weight /= (double)pixels;
        for (size_t i = 0; i < pixels; i++)
            heat[i] += weight * (double)a[i];
    }
    for (size_t i = 0; i < pixels; i++)
        heat[i] = fmax(heat[i], 0);
}

/* ---- enlarging ---- */

/* Two neighbouring input values and the weight of the second one. */
typedef struct between {
    size_t low, high;
    double weight; /* of high */
} between;

static between neighbours(size_t i, size_t from, size_t to)
{
    const double last = (double)(from - 1);
    const double x = ((double)i + 0.5) * (double)from / (double)to - 0.5;
    const double at = fmin(fmax(x, 0), last), low = floor(at);
    return (between){(size_t)low, (size_t)fmin(low + 1, last), at - low};
}

void explain_heat_enlarge(const double *from, size_t h, size_t w, double *to, size_t height,
                          size_t width)
{
    for (size_t y = 0; y < height; y++) {
        const between v = neighbours(y, h, height);
        for (size_t x = 0; x < width; x++) {
            const between u = neighbours(x, w, width);
            const double *a = from + v.low * w, *b = from + v.high * w;
            const double top = a[u.low] + u.weight * (a[u.high] - a[u.low]);
            const double bottom = b[u.low] + u.weight * (b[u.high] - b[u.low]);
            to[y * width + x] = top + v.weight * (bottom - top);
        }
    }
}

/* ---- heat outside the lungs ---- */

double explain_heat_frame_fraction(const double *heat, size_t height, size_t width)
{
    const size_t top = height / 8, left = width / 8;
    double all = 0, inside = 0;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const double v = fmax(heat[y * width + x], 0);
            all += v;
            if (y >= top && y < height - top && x >= left && x < width - left)
                inside += v;
        }
    return all > 0 ? 1 - inside / all : NAN;
}

/* ---- picture ---- */

/* Under the hottest spot, a third of the X-ray's contrast remains visible. */
static const double max_opacity = 0.65;

static uint8_t blend(uint8_t image, uint32_t colour, double opacity)
{
    return (uint8_t)(image + opacity * ((double)colour - image) + 0.5);
}

void explain_heat_overlay(const uint8_t *image, int channels, const double *heat, size_t height,
                          size_t width, uint8_t *rgb)
{
    const size_t n = height * width;
    double top = 0;
    for (size_t i = 0; i < n; i++)
        top = fmax(top, heat[i]);
    for (size_t i = 0; i < n; i++) {
        const double v = top > 0 ? fmax(heat[i], 0) / top : 0;
        const uint32_t colour = explain_inferno[(size_t)(v * 255 + 0.5)];
        for (size_t c = 0; c < 3; c++) {
            const uint8_t below = image[i * (size_t)channels + (channels == 3 ? c : 0)];
            rgb[3 * i + c] = blend(below, colour >> (16 - 8 * c) & 0xff, max_opacity * v);
        }
    }
}

/* ---- ranks ---- */

double explain_heat_rank_correlation(const double *a, const double *b, size_t n)
{
    double *x = hl_malloc(n, sizeof *x), *y = hl_malloc(n, sizeof *y);
    hl_midranks(n, a, x);
    hl_midranks(n, b, y);
    const double mean = (double)(n + 1) / 2;
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
        xy += (x[i] - mean) * (y[i] - mean);
    }
    free(x);
    free(y);
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

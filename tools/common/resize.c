/* SPDX-License-Identifier: BSD-2-Clause */
/* What Pillow's Resample.c computes, step for step, so that the results are the same bytes. */
#include "resize.h"

#include "mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Weights are fixed-point numbers: 8 bits are the pixel's and 2 are room for overshoot. A weight is
 * kept in two halves, high * 2^SPLIT + low, because products of 16-bit numbers are what every
 * processor adds up fastest; the sum is the same integer.
 */
enum { PRECISION = 32 - 8 - 2, HALF = 1 << (PRECISION - 1), SPLIT = 11 };

/* Rows and lists of weights are padded with zeros to this many values, so that the compiler can
 * take the sums several at a time with no rest. */
enum { LANES = 8 };

static size_t blocks_for(size_t n)
{
    return (n + LANES - 1) / LANES;
}

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

typedef struct kernel {
    double (*weight)(double x);
    double support; /* half the width, in pixels of the smaller of the two images */
} kernel;

static const kernel kernels[] = {
    [HL_BILINEAR] = {triangle, 1.0},
    [HL_BICUBIC] = {cubic, 2.0},
    [HL_AREA] = {box, 0.5},
    [HL_LANCZOS] = {lanczos3, 3.0},
};

/* ---- which input pixels make an output pixel, along one axis ---- */

typedef struct taps {
    size_t n;      /* output pixels */
    size_t blocks; /* weights kept for each, in LANES: a product, so that loops have no rest */
    size_t end;    /* after the last input pixel of the last output pixel */
    size_t *first; /* [n] first input pixel */
    int16_t *high; /* [n, blocks * LANES] the weights */
    int16_t *low;  /* [n, blocks * LANES] */
} taps;

static void set_weight(taps *t, size_t at, double weight)
{
    const int32_t k = (int32_t)((weight < 0 ? -0.5 : 0.5) + weight * (1 << PRECISION));
    t->high[at] = (int16_t)(k >> SPLIT);
    t->low[at] = (int16_t)(k & ((1 << SPLIT) - 1));
}

/* One axis: the stretch from `from` to `to` of `in` pixels is spread over n. */
static taps taps_make(const kernel *f, size_t in, double from, double to, size_t n)
{
    const double scale = (to - from) / (double)n;
    const double widening = scale < 1.0 ? 1.0 : scale;
    const double support = f->support * widening;
    const size_t most = (size_t)ceil(support) * 2 + 1;
    taps t = {.n = n, .blocks = blocks_for(most)};
    t.first = hl_malloc(n, sizeof *t.first);
    t.high = hl_calloc(n * t.blocks * LANES, sizeof *t.high);
    t.low = hl_calloc(n * t.blocks * LANES, sizeof *t.low);
    double *w = hl_malloc(most, sizeof *w);
    for (size_t i = 0; i < n; i++) {
        const double centre = from + ((double)i + 0.5) * scale;
        const double lo = centre - support + 0.5, hi = centre + support + 0.5;
        const size_t first = lo < 0.0 ? 0 : (size_t)lo;
        const size_t end = hi > (double)in ? in : (size_t)hi;
        double sum = 0.0;
        for (size_t j = first; j < end; j++)
            sum += w[j - first] = f->weight(((double)j - centre + 0.5) * (1.0 / widening));
        for (size_t j = 0; j < end - first; j++)
            set_weight(&t, i * t.blocks * LANES + j, sum != 0.0 ? w[j] / sum : w[j]);
        t.first[i] = first;
        t.end = end;
    }
    free(w);
    return t;
}

static void taps_free(taps *t)
{
    free(t->first);
    free(t->high);
    free(t->low);
}

static int16_t clip(int32_t high, int32_t low)
{
    const int32_t v = (high * (1 << SPLIT) + low + HALF) >> PRECISION;
    return (int16_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* ---- the two passes ---- */

/* One line of one channel, with zeros after it; the t->n results lie `step` values apart. */
static void filter_line(const taps *t, const int16_t *line, int16_t *out, size_t step)
{
    const size_t blocks = t->blocks;
    for (size_t i = 0; i < t->n; i++) {
        const int16_t *px = line + t->first[i];
        const int16_t *high = t->high + i * blocks * LANES, *low = t->low + i * blocks * LANES;
        int32_t sum_high = 0, sum_low = 0;
        for (size_t j = 0; j < blocks * LANES; j++) {
            sum_high += px[j] * high[j];
            sum_low += px[j] * low[j];
        }
        out[i * step] = clip(sum_high, sum_low);
    }
}

/* Every `channels`-th value of n, widened. Inlined, the compiler would forget that the two do not
 * overlap. */
__attribute__((noinline)) static void widen(const uint8_t *restrict px, size_t channels, size_t n,
                                            int16_t *restrict line)
{
    /* Most images are grey: there, whole blocks, which vectorise. */
    const size_t blocks = channels == 1 ? n / 16 : 0;
    for (size_t x = 0; x < blocks * 16; x++)
        line[x] = px[x];
    for (size_t x = blocks * 16; x < n; x++)
        line[x] = px[x * channels];
}

/* Horizontal pass of `rows` rows from `first` on. The result is kept by columns, `length` values
 * apart, so that the vertical pass finds lines too: column x of channel c is x * channels + c. */
static void filter_rows(const hl_image *img, const taps *t, size_t first, size_t rows,
                        int16_t *columns, size_t length)
{
    const size_t channels = (size_t)img->channels;
    int16_t *line = hl_calloc(img->width + t->blocks * LANES, sizeof *line);
    for (size_t r = 0; r < rows; r++) {
        const uint8_t *row = img->pixels + (first + r) * img->width * channels;
        for (size_t c = 0; c < channels; c++) {
            widen(row + c, channels, img->width, line);
            filter_line(t, line, columns + c * length + r, channels * length);
        }
    }
    free(line);
}

/* Vertical pass: one column after the other. */
static void filter_columns(const int16_t *columns, const taps *t, size_t first, size_t ncolumns,
                           size_t length, uint8_t *out, size_t out_stride)
{
    taps shifted = *t;
    shifted.first = hl_malloc(t->n, sizeof *shifted.first);
    for (size_t y = 0; y < t->n; y++)
        shifted.first[y] = t->first[y] - first;
    int16_t *done = hl_malloc(t->n, sizeof *done);
    for (size_t x = 0; x < ncolumns; x++) {
        filter_line(&shifted, columns + x * length, done, 1);
        for (size_t y = 0; y < t->n; y++)
            out[y * out_stride + x] = (uint8_t)done[y];
    }
    free(done);
    free(shifted.first);
}

/* The part of the input that fills the output. Pillow keeps it in single precision. */
typedef struct part {
    float left, top, right, bottom;
} part;

static void resample(const hl_image *img, const kernel *f, part p, size_t height, size_t width,
                     uint8_t *out, size_t out_stride)
{
    taps across = taps_make(f, img->width, p.left, p.right, width);
    taps down = taps_make(f, img->height, p.top, p.bottom, height);
    const size_t first = down.first[0], rows = down.end - first;
    const size_t ncolumns = width * (size_t)img->channels;
    /* An odd number of cache lines, lest neighbouring columns fall on the same ones. */
    const size_t length = (rows + down.blocks * LANES) / 64 * 64 + 64 + 32;
    int16_t *columns = hl_calloc(ncolumns * length, sizeof *columns);
    filter_rows(img, &across, first, rows, columns, length);
    filter_columns(columns, &down, first, ncolumns, length, out, out_stride);
    free(columns);
    taps_free(&across);
    taps_free(&down);
}

/* The nearest pixel of every output pixel along one axis. Pillow adds the step up instead of
 * multiplying it, and so do we: ties fall the same way. */
static size_t *nearest_indices(size_t in, float from, float to, size_t n)
{
    size_t *at = hl_malloc(n, sizeof *at);
    const double step = (double)(to - from) / (double)n;
    double x = (double)from + step * 0.5;
    for (size_t i = 0; i < n; i++, x += step)
        at[i] = x < (double)in ? (size_t)x : in - 1;
    return at;
}

static void take_nearest(const hl_image *img, part p, size_t height, size_t width, uint8_t *out,
                         size_t out_stride)
{
    const size_t channels = (size_t)img->channels;
    size_t *xs = nearest_indices(img->width, p.left, p.right, width);
    size_t *ys = nearest_indices(img->height, p.top, p.bottom, height);
    for (size_t y = 0; y < height; y++) {
        const uint8_t *row = img->pixels + ys[y] * img->width * channels;
        for (size_t x = 0; x < width; x++)
            for (size_t c = 0; c < channels; c++)
                out[y * out_stride + x * channels + c] = row[xs[x] * channels + c];
    }
    free(xs);
    free(ys);
}

/* ---- how the image fills the target ---- */

/* Size of the whole image in the target, as Pillow's ImageOps.contain rounds it. */
static void contain(const hl_image *img, size_t *height, size_t *width)
{
    const double h = (double)img->height, w = (double)img->width;
    const double have = w / h, want = (double)*width / (double)*height;
    if (have > want)
        *height = (size_t)fmax(1.0, nearbyint(h / w * (double)*width));
    else if (have < want)
        *width = (size_t)fmax(1.0, nearbyint(w / h * (double)*height));
}

/* The largest centred part of the target's aspect, as ImageOps.fit cuts it. */
static part centre_part(const hl_image *img, size_t height, size_t width)
{
    const double h = (double)img->height, w = (double)img->width;
    const double want = (double)width / (double)height;
    double cut_h = h, cut_w = w;
    if (w / h > want)
        cut_w = want * h;
    else if (w / h < want)
        cut_h = w / want;
    const double left = (w - cut_w) * 0.5, top = (h - cut_h) * 0.5;
    return (part){(float)left, (float)top, (float)(left + cut_w), (float)(top + cut_h)};
}

void hl_resize(const hl_image *img, hl_filter filter, hl_fit fit, size_t height, size_t width,
               uint8_t *out)
{
    const size_t channels = (size_t)img->channels, stride = width * channels;
    size_t h = height, w = width;
    part p = {0, 0, (float)img->width, (float)img->height};
    if (fit == HL_CROP)
        p = centre_part(img, height, width);
    if (fit == HL_PAD) {
        contain(img, &h, &w);
        memset(out, 0, height * stride);
        const double x = nearbyint((double)(width - w) * 0.5);
        const double y = nearbyint((double)(height - h) * 0.5);
        out += (size_t)y * stride + (size_t)x * channels;
    }
    if (filter == HL_NEAREST)
        take_nearest(img, p, h, w, out, stride);
    else
        resample(img, &kernels[filter], p, h, w, out, stride);
}

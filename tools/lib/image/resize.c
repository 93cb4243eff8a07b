/* SPDX-License-Identifier: BSD-2-Clause */
/* Follows Pillow's Resample.c step for step, so that the results are equal to the byte. */
#include "image/resize.h"

#include "base/mem.h"
#include "base/min.h"
#include "base/simd.h"
#include "image/resize_deep.h"
#include "image/resize_pairs.h"
#include "image/transpose.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Sums computed side by side. */
enum { LANES = 32 };

/* ---- the two passes ---- */

/*
 * A line holds LANES values that are neighbours across the filtered direction. Their sums are
 * vectors of words: every fourth value is in one of them, and is taken out of the line by a shift
 * and a mask, which needs no exchange of lanes and is one instruction on every processor.
 */
typedef uint8_t line __attribute__((vector_size(LANES)));
typedef uint32_t words __attribute__((vector_size(LANES)));
typedef int32_t sums __attribute__((vector_size(LANES)));

/* Filters lines along one axis; a pixel is `channels` consecutive lines. */
HL_FOR_ALL_WIDTHS static void filter_lines(const line *px, size_t channels, const hl_taps *t,
                                           line *out)
{
    for (size_t i = 0; i < t->n; i++)
        for (size_t c = 0; c < channels; c++) {
            const line *from = px + t->first[i] * channels + c;
            const int32_t *weight = t->weight + i * t->most;
            words s0 = (words){0} + (1u << (HL_TAPS_PRECISION - 1)), s1 = s0, s2 = s0, s3 = s0;
            for (size_t j = 0; j < t->count[i]; j++) {
                const words v = (words)from[j * channels];
                const words w = (words){0} + (uint32_t)weight[j];
                s0 += (v & 255) * w;
                s1 += (v >> 8 & 255) * w;
                s2 += (v >> 16 & 255) * w;
                s3 += (v >> 24) * w;
            }
            const words sum[4] = {s0, s1, s2, s3};
            words all = {0};
#pragma GCC unroll 4
            for (int k = 0; k < 4; k++) {
                sums v = (sums)sum[k] >> HL_TAPS_PRECISION;
                v &= v > 0;
                v |= v > 255; /* all bits set */
                all |= ((words)v & 255) << (8 * k);
            }
            *out++ = (line)all;
        }
}

static line *make_lines(size_t n)
{
    line *lines = hl_aligned(n, sizeof *lines);
    memset(lines, 0, n * sizeof *lines);
    return lines;
}

static void filter_across(const uint8_t *px, size_t rows, size_t width, size_t channels,
                          const hl_taps *t, uint8_t *out, size_t out_stride)
{
    if (channels == 1 && hl_pairs_filter_across(px, rows, width, t, out, out_stride))
        return;
    const size_t in = width * channels, n = t->n * channels;
    line *lines = make_lines(in), *done = make_lines(n);
    for (size_t y = 0; y < rows; y += LANES) {
        const size_t high = hl_min(rows - y, LANES);
        hl_transpose(px + y * in, in, high, in, (uint8_t *)lines, LANES);
        filter_lines(lines, channels, t, done);
        hl_transpose((const uint8_t *)done, LANES, n, high, out + y * out_stride, out_stride);
    }
    free(lines);
    free(done);
}

/* The fixed size of a full line, the usual case, spares a call of memcpy. */
static inline void copy(void *to, const void *from, size_t n)
{
    if (n == LANES)
        memcpy(to, from, LANES);
    else
        memcpy(to, from, n);
}

/* Filters down the columns of rows of n values. */
static void filter_down(const uint8_t *px, size_t rows, size_t n, const hl_taps *t, uint8_t *out,
                        size_t out_stride)
{
    if (hl_pairs_filter_down(px, rows, n, t, out, out_stride))
        return;
    line *lines = make_lines(rows), *done = make_lines(t->n);
    for (size_t x = 0; x < n; x += LANES) {
        const size_t wide = hl_min(n - x, LANES);
        for (size_t y = 0; y < rows; y++)
            copy(&lines[y], px + y * n + x, wide);
        filter_lines(lines, 1, t, done);
        for (size_t y = 0; y < t->n; y++)
            copy(out + y * out_stride + x, &done[y], wide);
    }
    free(lines);
    free(done);
}

/* Whether a pass along this axis would change nothing. */
static bool is_identity(float from, float to, size_t in, size_t n)
{
    return n == in && from == 0.0F && to == (float)in;
}

static void copy_rows(const uint8_t *px, size_t rows, size_t n, uint8_t *out, size_t out_stride)
{
    for (size_t y = 0; y < rows; y++)
        memcpy(out + y * out_stride, px + y * n, n);
}

static void resample_across(const hl_image *img, const hl_kernel *f, hl_region p, size_t first,
                            size_t rows, size_t width, uint8_t *out, size_t out_stride)
{
    const size_t channels = (size_t)img->channels, n = img->width * channels;
    const uint8_t *px = img->pixels + first * n;
    if (is_identity(p.left, p.right, img->width, width)) {
        copy_rows(px, rows, n, out, out_stride);
        return;
    }
    hl_taps t = hl_taps_make(f, img->width, p.left, p.right, width);
    filter_across(px, rows, img->width, channels, &t, out, out_stride);
    hl_taps_free(&t);
}

/* The first pass leaves out rows that the second one does not read. */
static void resample(const hl_image *img, const hl_kernel *f, hl_region p, size_t height,
                     size_t width, uint8_t *out, size_t out_stride)
{
    if (is_identity(p.top, p.bottom, img->height, height)) {
        resample_across(img, f, p, 0, height, width, out, out_stride);
        return;
    }
    hl_taps t = hl_taps_make(f, img->height, p.top, p.bottom, height);
    const size_t first = t.first[0], rows = t.end - first, n = width * (size_t)img->channels;
    uint8_t *between = hl_malloc(rows, n);
    resample_across(img, f, p, first, rows, width, between, n);
    for (size_t y = 0; y < height; y++)
        t.first[y] -= first;
    filter_down(between, rows, n, &t, out, out_stride);
    free(between);
    hl_taps_free(&t);
}

/* The nearest input pixel of each output pixel along one axis. The step is accumulated, not
 * multiplied, as in Pillow, so that ties are rounded the same way. */
static size_t *nearest_indices(size_t in, float from, float to, size_t n)
{
    size_t *at = hl_malloc(n, sizeof *at);
    const double step = (double)(to - from) / (double)n;
    double x = (double)from + step * 0.5;
    for (size_t i = 0; i < n; i++, x += step)
        at[i] = x < (double)in ? (size_t)x : in - 1;
    return at;
}

static void resize_nearest(const hl_image *img, hl_region p, size_t height, size_t width,
                           uint8_t *out, size_t out_stride)
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

static void resize_pixels(const hl_image *img, hl_filter filter, hl_region p, size_t height,
                          size_t width, uint8_t *out, size_t out_stride)
{
    if (filter == HL_NEAREST)
        resize_nearest(img, p, height, width, out, out_stride);
    else
        resample(img, hl_kernel_of(filter), p, height, width, out, out_stride);
}

/* Where no pixel is interpolated, they are rounded to 8 bits first. */
static void resize_picture(const hl_image *img, hl_filter filter, hl_region p, size_t height,
                           size_t width, uint8_t *out, size_t out_stride)
{
    const bool is_moved =
        filter == HL_NEAREST || (is_identity(p.left, p.right, img->width, width) &&
                                 is_identity(p.top, p.bottom, img->height, height));
    if (!is_moved) {
        hl_resize_deep(img->deep, hl_kernel_of(filter), p, height, width, out, out_stride);
        return;
    }
    hl_image flat = *img;
    flat.deep = NULL;
    flat.pixels = hl_malloc(img->height, img->width);
    hl_dicom_picture_pixels(img->deep, flat.pixels);
    resize_pixels(&flat, filter, p, height, width, out, out_stride);
    free(flat.pixels);
}

/* ---- fitting into the target ---- */

/* Height of a pixel divided by its width. */
static double aspect_of(const hl_image *img)
{
    return img->aspect > 0 ? img->aspect : 1;
}

/* Largest size within the target that keeps the aspect ratio, rounded as in Pillow's
 * ImageOps.contain. */
static void contain(const hl_image *img, size_t *height, size_t *width)
{
    const double h = (double)img->height * aspect_of(img), w = (double)img->width;
    const double have = w / h, want = (double)*width / (double)*height;
    if (have > want)
        *height = (size_t)fmax(1.0, nearbyint(h / w * (double)*width));
    else if (have < want)
        *width = (size_t)fmax(1.0, nearbyint(w / h * (double)*height));
}

/* The largest centred region with the target's aspect ratio, as in ImageOps.fit. */
static hl_region centred_region(const hl_image *img, size_t height, size_t width)
{
    const double h = (double)img->height, w = (double)img->width;
    const double want = (double)width / (double)height * aspect_of(img);
    double crop_h = h, crop_w = w;
    if (w / h > want)
        crop_w = want * h;
    else if (w / h < want)
        crop_h = w / want;
    const double left = (w - crop_w) * 0.5, top = (h - crop_h) * 0.5;
    return (hl_region){(float)left, (float)top, (float)(left + crop_w), (float)(top + crop_h)};
}

void hl_resize(const hl_image *img, hl_filter filter, hl_fit fit, size_t height, size_t width,
               uint8_t *out)
{
    const size_t channels = (size_t)img->channels, stride = width * channels;
    size_t h = height, w = width;
    hl_region p = {0, 0, (float)img->width, (float)img->height};
    if (fit == HL_CROP)
        p = centred_region(img, height, width);
    if (fit == HL_PAD) {
        contain(img, &h, &w);
        memset(out, 0, height * stride);
        const double x = nearbyint((double)(width - w) * 0.5);
        const double y = nearbyint((double)(height - h) * 0.5);
        out += (size_t)y * stride + (size_t)x * channels;
    }
    if (img->deep)
        resize_picture(img, filter, p, h, w, out, stride);
    else
        resize_pixels(img, filter, p, h, w, out, stride);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Resampling in floating point. The vertical pass comes first: it reads each row once, and is
 * vector code without any exchange of lanes. */
#include "image/resize_deep.h"

#include "base/mem.h"
#include "base/simd.h"

#include <math.h>
#include <stdlib.h>

HL_FOR_ALL_WIDTHS static void add_weighted(float *restrict sum, const float *restrict row, size_t n,
                                           float weight)
{
    for (size_t x = 0; x < n; x++)
        sum[x] += weight * row[x];
}

/* The vertical pass. Returns [t->n, p->columns]; the caller frees it. */
static float *filter_down(const hl_dicom_picture *p, const hl_taps *t)
{
    float *sums = hl_calloc(t->n * p->columns, sizeof *sums);
    float *row = hl_malloc(p->columns, sizeof *row);
    size_t least = 0; /* the first output row that row y or a later one is part of */
    for (size_t y = t->first[0]; y < t->end; y++) {
        hl_dicom_picture_row(p, y, row);
        while (t->first[least] + t->count[least] <= y)
            least++;
        for (size_t i = least; i < t->n && t->first[i] <= y; i++)
            add_weighted(sums + i * p->columns, row, p->columns,
                         t->exact[i * t->most + y - t->first[i]]);
    }
    free(row);
    return sums;
}

static uint8_t to_byte(float v)
{
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : floorf(v + 0.5F));
}

static void filter_across(const float *row, const hl_taps *t, uint8_t *out)
{
    for (size_t i = 0; i < t->n; i++) {
        const float *from = row + t->first[i], *weight = t->exact + i * t->most;
        float sum = 0;
        for (size_t j = 0; j < t->count[i]; j++)
            sum += weight[j] * from[j];
        out[i] = to_byte(sum);
    }
}

void hl_resize_deep(const hl_dicom_picture *p, const hl_kernel *f, hl_region from, size_t height,
                    size_t width, uint8_t *out, size_t out_stride)
{
    hl_taps down = hl_taps_make(f, p->rows, from.top, from.bottom, height);
    hl_taps across = hl_taps_make(f, p->columns, from.left, from.right, width);
    float *rows = filter_down(p, &down);
    for (size_t y = 0; y < height; y++)
        filter_across(rows + y * p->columns, &across, out + y * out_stride);
    free(rows);
    hl_taps_free(&down);
    hl_taps_free(&across);
}

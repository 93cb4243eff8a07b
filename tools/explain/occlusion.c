/* SPDX-License-Identifier: BSD-2-Clause */
#include "occlusion.h"

#include "base/mem.h"
#include "base/progress.h"

#include <stdlib.h>
#include <string.h>

/* Patches along a side. */
static size_t patches_along(const explain_occlusion *o, size_t side)
{
    return 1 + (side - o->patch + o->stride - 1) / o->stride;
}

static size_t start(const explain_occlusion *o, size_t i, size_t side)
{
    const size_t at = i * o->stride, last = side - o->patch;
    return at < last ? at : last;
}

size_t explain_occlusion_positions(const explain_occlusion *o)
{
    return patches_along(o, o->height) * patches_along(o, o->width);
}

/* The upper left corner of patch i. */
static void corner(const explain_occlusion *o, size_t i, size_t *top, size_t *left)
{
    const size_t columns = patches_along(o, o->width);
    *top = start(o, i / columns, o->height);
    *left = start(o, i % columns, o->width);
}

static void mean_colour(const explain_occlusion *o, const uint8_t *image, uint8_t colour[3])
{
    const size_t n = o->height * o->width, channels = (size_t)o->channels;
    for (size_t c = 0; c < channels; c++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += image[i * channels + c];
        colour[c] = (uint8_t)((sum + n / 2) / n);
    }
}

static void hide(const explain_occlusion *o, size_t i, const uint8_t colour[3], uint8_t *image)
{
    const size_t channels = (size_t)o->channels;
    size_t top, left;
    corner(o, i, &top, &left);
    for (size_t y = top; y < top + o->patch; y++)
        for (size_t x = left; x < left + o->patch; x++)
            memcpy(image + (y * o->width + x) * channels, colour, channels);
}

static void add_drop(const explain_occlusion *o, size_t i, double drop, double *heat, double *times)
{
    size_t top, left;
    corner(o, i, &top, &left);
    for (size_t y = top; y < top + o->patch; y++)
        for (size_t x = left; x < left + o->patch; x++) {
            heat[y * o->width + x] += drop;
            times[y * o->width + x] += 1;
        }
}

/* The sliding patch over one image. */
typedef struct slide {
    const explain_occlusion *o;
    const uint8_t *image;
    uint32_t target;
    size_t bytes;    /* of an image */
    uint8_t *batch;  /* images with a patch */
    float *features; /* of a batch, as p */
    double *p;
} slide;

static int predict(const slide *s, size_t n, hl_err *e)
{
    if (nn_extractor_run_all(s->o->extractor, s->batch, n, s->o->channels, s->features, e))
        return -1;
    return nn_head_predict(s->o->head, n, s->features, s->p, e);
}

static int run(const slide *s, size_t rows, double *heat, double *times, hl_progress *progress,
               hl_err *e)
{
    const size_t positions = explain_occlusion_positions(s->o), k = nn_head_classes(s->o->head);
    uint8_t colour[3];
    mean_colour(s->o, s->image, colour);
    memcpy(s->batch, s->image, s->bytes);
    if (predict(s, 1, e))
        return -1;
    const double unhidden = s->p[s->target];
    for (size_t at = 0; at < positions; at += rows) {
        const size_t n = positions - at < rows ? positions - at : rows;
        for (size_t i = 0; i < n; i++) {
            memcpy(s->batch + i * s->bytes, s->image, s->bytes);
            hide(s->o, at + i, colour, s->batch + i * s->bytes);
        }
        if (predict(s, n, e))
            return -1;
        for (size_t i = 0; i < n; i++)
            add_drop(s->o, at + i, unhidden - s->p[i * k + s->target], heat, times);
        hl_progress_add(progress, n);
    }
    return 0;
}

int explain_occlusion_map(const explain_occlusion *o, const uint8_t *image, uint32_t target,
                          double *heat, hl_progress *progress, hl_err *e)
{
    const size_t pixels = o->height * o->width, bytes = pixels * (size_t)o->channels;
    const size_t rows = nn_extractor_batch(o->extractor) * nn_extractor_workers(o->extractor);
    double *times = hl_calloc(pixels, sizeof *times);
    slide s = {.o = o,
               .image = image,
               .target = target,
               .bytes = bytes,
               .batch = hl_malloc(rows, bytes),
               .features = hl_malloc(rows * nn_extractor_width(o->extractor), sizeof(float)),
               .p = hl_malloc(rows * nn_head_classes(o->head), sizeof(double))};
    memset(heat, 0, pixels * sizeof *heat);
    const int status = run(&s, rows, heat, times, progress, e);
    for (size_t i = 0; i < pixels; i++)
        heat[i] /= times[i];
    free(s.batch);
    free(s.features);
    free(s.p);
    free(times);
    return status;
}

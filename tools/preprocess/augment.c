/* SPDX-License-Identifier: BSD-2-Clause */
#include "augment.h"

#include "base/rng.h"
#include "base/strbuf.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

preprocess_variation preprocess_variation_draw(uint64_t seed, const char *path, uint32_t copy)
{
    hl_strbuf purpose = {0};
    hl_strbuf_add(&purpose, "augment", sizeof "augment");
    hl_strbuf_add(&purpose, path, strlen(path) + 1);
    hl_strbuf_printf(&purpose, "%" PRIu32, copy);
    hl_rng r = hl_rng_make_bytes(seed, purpose.data, purpose.len);
    hl_strbuf_free(&purpose);
    preprocess_variation v = {.flip = hl_rng_uniform(&r) < 0.5};
    v.angle = hl_rng_between(&r, -1, 1) * PREPROCESS_ROTATION * M_PI / 180;
    v.down = hl_rng_between(&r, -1, 1) * PREPROCESS_SHIFT;
    v.right = hl_rng_between(&r, -1, 1) * PREPROCESS_SHIFT;
    v.brightness = hl_rng_between(&r, -1, 1) * PREPROCESS_BRIGHTNESS;
    v.contrast = 1 + hl_rng_between(&r, -1, 1) * PREPROCESS_CONTRAST;
    return v;
}

/* Where pixel (x, y) of the result comes from, counted in pixel centres of the source:
 * row + row_by_y * y + row_by_x * x, and the column likewise. */
typedef struct origin {
    double row, row_by_y, row_by_x;
    double column, column_by_y, column_by_x;
} origin;

/* The inverse of the transformation: shift back, turn back, mirror. */
static origin find_origin(const preprocess_variation *v, double height, double width)
{
    const double s = sin(v->angle), c = cos(v->angle), mirror = v->flip ? -1 : 1;
    /* The centre of pixel 0, seen from the centre of the shifted image. */
    const double y = 0.5 - height / 2 - v->down * height;
    const double x = 0.5 - width / 2 - v->right * width;
    return (origin){
        .row = c * y - s * x + height / 2 - 0.5,
        .row_by_y = c,
        .row_by_x = -s,
        .column = mirror * (s * y + c * x) + width / 2 - 0.5,
        .column_by_y = mirror * s,
        .column_by_x = mirror * c,
    };
}

/* Two neighbours along an axis and the weight of the second one; outside, both are the edge. */
typedef struct between {
    size_t first, second;
    double weight;
} between;

static between find_between(double at, size_t n)
{
    const double last = (double)(n - 1);
    const double inside = at < 0 ? 0 : at > last ? last : at;
    const size_t first = (size_t)inside;
    return (between){first, first + (first + 1 < n), inside - (double)first};
}

static uint8_t round_value(double v)
{
    return v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)(v + 0.5);
}

/* The constant term of each channel, where contrast and brightness are one linear function,
 * contrast * v + add. */
static void find_offsets(const preprocess_variation *v, const uint8_t *in, size_t pixels,
                         size_t channels, double *add)
{
    for (size_t k = 0; k < channels; k++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < pixels; i++)
            sum += in[i * channels + k];
        add[k] = (1 - v->contrast) * ((double)sum / (double)pixels) + v->brightness * 255;
    }
}

void preprocess_augment(const preprocess_variation *v, const uint8_t *in, size_t height,
                        size_t width, size_t channels, uint8_t *out)
{
    const origin o = find_origin(v, (double)height, (double)width);
    double add[3];
    find_offsets(v, in, height * width, channels, add);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const double dy = (double)y, dx = (double)x;
            const between r = find_between(o.row + o.row_by_y * dy + o.row_by_x * dx, height);
            const between c =
                find_between(o.column + o.column_by_y * dy + o.column_by_x * dx, width);
            const uint8_t *upper = in + r.first * width * channels;
            const uint8_t *lower = in + r.second * width * channels;
            for (size_t k = 0; k < channels; k++) {
                const size_t left = c.first * channels + k, right = c.second * channels + k;
                const double top = upper[left] + c.weight * (upper[right] - upper[left]);
                const double bottom = lower[left] + c.weight * (lower[right] - lower[left]);
                *out++ = round_value(v->contrast * (top + r.weight * (bottom - top)) + add[k]);
            }
        }
}

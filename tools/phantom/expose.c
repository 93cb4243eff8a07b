/* SPDX-License-Identifier: BSD-2-Clause */
/* From a patient's density map to an image: pose, film, border, marker, blur and grain. */
#include "base/mem.h"
#include "parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* One image. None of this may depend on the kind of patient. */
typedef struct exposure {
    size_t width, height;
    float zoom, stretch, angle, shift_u, shift_v; /* pose */
    float curve, gamma;                           /* film */
    float mean, contrast;                         /* of the finished image, in levels */
    float vignette, tilt_x, tilt_y;               /* uneven beam */
    float border[4]; /* left, right, top, bottom; fractions of a side */
    float blur, grain, grain_size;
    int marker; /* 0 none, 1 "R" at the viewer's left, 2 "L" at the right */
    float marker_x, marker_y, marker_scale;
} exposure;

static void draw_size(hl_rng *r, size_t min_side, size_t max_side, exposure *x)
{
    const float lo = (float)min_side, hi = (float)max_side;
    const float width = phantom_draw(r, lo, hi + 1.0f);
    const float height = width * phantom_draw(r, 0.72, 1.02);
    x->width = (size_t)phantom_clamp(width, lo, hi);
    x->height = (size_t)phantom_clamp(height, lo, hi);
}

static void draw_exposure(hl_rng *r, exposure *x)
{
    x->zoom = phantom_draw(r, 0.9, 1.0);
    x->stretch = phantom_draw(r, 0.96, 1.04);
    x->angle = phantom_draw(r, -0.03, 0.03);
    x->shift_u = phantom_draw(r, -0.03, 0.03);
    x->shift_v = phantom_draw(r, -0.02, 0.02);
    x->curve = phantom_draw(r, 0.9, 1.2);
    x->gamma = phantom_draw(r, 1.05, 1.25);
    x->mean = phantom_draw(r, 116.0, 128.0);
    x->contrast = phantom_draw(r, 47.0, 53.0);
    x->vignette = phantom_draw(r, 0.0, 0.1);
    x->tilt_x = phantom_draw(r, -0.04, 0.04);
    x->tilt_y = phantom_draw(r, -0.04, 0.04);
    const bool bordered = hl_rng_uniform(r) < 0.3;
    for (int i = 0; i < 4; i++) {
        const float width = phantom_draw(r, -0.03, 0.03);
        x->border[i] = bordered && width > 0.0f ? width : 0.0f;
    }
    x->blur = phantom_draw(r, 0.0, 0.15);
    x->grain = phantom_draw(r, 1.5, 3.0);
    x->grain_size = phantom_draw(r, 0.0, 0.8);
    const double marked = hl_rng_uniform(r);
    x->marker = marked < 0.3 ? 1 : (marked < 0.6 ? 2 : 0);
    x->marker_x = phantom_draw(r, 0.04, 0.12);
    x->marker_y = phantom_draw(r, 0.04, 0.2);
    x->marker_scale = phantom_draw(r, 0.006, 0.011);
}

/* ---- pose ---- */

/* The map between its cells, bilinear; outside, the nearest edge counts. */
static float sample(const float *map, float u, float v)
{
    const float last = PHANTOM_GRID - 1.001f;
    const float gx = phantom_clamp(
        (u - PHANTOM_U_MIN) / (PHANTOM_U_MAX - PHANTOM_U_MIN) * PHANTOM_GRID - 0.5f, 0.0f, last);
    const float gy = phantom_clamp(
        (v - PHANTOM_V_MIN) / (PHANTOM_V_MAX - PHANTOM_V_MIN) * PHANTOM_GRID - 0.5f, 0.0f, last);
    const size_t x = (size_t)gx, y = (size_t)gy;
    const float fx = gx - (float)x, fy = gy - (float)y;
    const float *at = map + y * PHANTOM_GRID + x;
    const float top = at[0] + fx * (at[1] - at[0]);
    const float low = at[PHANTOM_GRID] + fx * (at[PHANTOM_GRID + 1] - at[PHANTOM_GRID]);
    return top + fy * (low - top);
}

/* The film, as a table from density to brightness. */
enum { FILM_STEPS = 1024 };
static const float film_max = 1.8f;

static void make_film(const exposure *x, float film[FILM_STEPS])
{
    for (int i = 0; i < FILM_STEPS; i++) {
        const float d = film_max * (float)i / FILM_STEPS;
        film[i] = powf(1.0f - expf(-x->curve * d), x->gamma);
    }
}

static void project(const exposure *x, const float *map, float *out)
{
    float film[FILM_STEPS];
    make_film(x, film);
    /* The height of the image shows the chest from top to bottom; a pixel spans 1.75 times as much
     * of u as of v. */
    const float step_v = x->zoom / (float)x->height;
    const float step_u = step_v * 1.75f * x->stretch;
    const float c = cosf(x->angle), s = sinf(x->angle);
    for (size_t j = 0; j < x->height; j++) {
        const float dy = (float)j + 0.5f - 0.5f * (float)x->height;
        const float fy = 2.0f * dy / (float)x->height;
        for (size_t i = 0; i < x->width; i++) {
            const float dx = (float)i + 0.5f - 0.5f * (float)x->width;
            const float u = x->shift_u + step_u * (c * dx - s * dy);
            const float v = 0.5f + x->shift_v + step_v * (s * dx + c * dy);
            const float d = phantom_clamp(sample(map, u, v), 0.0f, film_max * 0.999f);
            const float fx = 2.0f * dx / (float)x->width;
            const float beam = (1.0f - x->vignette * 0.5f * (fx * fx + fy * fy)) *
                               (1.0f + x->tilt_x * fx + x->tilt_y * fy);
            out[j * x->width + i] = beam * film[(size_t)(d / film_max * FILM_STEPS)];
        }
    }
}

/* ---- border and marker ---- */

static void draw_border(const exposure *x, float *out)
{
    const float w = (float)x->width, h = (float)x->height;
    const size_t left = (size_t)(x->border[0] * w), right = (size_t)(w - x->border[1] * w);
    const size_t top = (size_t)(x->border[2] * h), bottom = (size_t)(h - x->border[3] * h);
    for (size_t j = 0; j < x->height; j++)
        for (size_t i = 0; i < x->width; i++)
            if (i < left || i >= right || j < top || j >= bottom)
                out[j * x->width + i] *= 0.06f;
}

/* Letters of 5 x 7 dots. */
static const uint8_t letters[2][7] = {{0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11},
                                      {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f}};

static void draw_marker(const exposure *x, float *out)
{
    if (x->marker == 0)
        return;
    const size_t dot = 1 + (size_t)(x->marker_scale * (float)x->height);
    const float place = x->marker == 1 ? x->marker_x : 1.0f - x->marker_x;
    const size_t x0 = (size_t)(place * (float)(x->width - 5 * dot));
    const size_t y0 = (size_t)(x->marker_y * (float)(x->height - 7 * dot));
    for (size_t j = 0; j < 7 * dot; j++)
        for (size_t i = 0; i < 5 * dot; i++)
            if (letters[x->marker - 1][j / dot] >> (4 - i / dot) & 1)
                out[(y0 + j) * x->width + x0 + i] = 1.0f;
}

/* ---- blur, brightness and grain ---- */

/* Mixes each value with its two neighbours, `stride` apart; the ends stay. */
static void blur_line(float *line, size_t n, size_t stride, float weight)
{
    float before = line[0];
    for (size_t i = 1; i + 1 < n; i++) {
        const float here = line[i * stride];
        line[i * stride] = here + weight * (before + line[(i + 1) * stride] - 2.0f * here);
        before = here;
    }
}

/* Row by row in both directions: column by column, every access would miss the cache. */
static void blur(const exposure *x, float *out, float *above)
{
    const size_t w = x->width;
    for (size_t j = 0; j < x->height; j++)
        blur_line(out + j * w, w, 1, x->blur);
    for (size_t i = 0; i < w; i++)
        above[i] = out[i];
    for (size_t j = 1; j + 1 < x->height; j++) {
        float *here = out + j * w;
        for (size_t i = 0; i < w; i++) {
            const float old = here[i];
            here[i] = old + x->blur * (above[i] + here[i + w] - 2.0f * old);
            above[i] = old;
        }
    }
}

/* From values on the film to grey levels: gain and offset, clamped to 0 .. 255. */
typedef struct levels {
    float gain, offset;
} levels;

static float level_of(levels l, float value)
{
    return phantom_clamp(l.offset + l.gain * value, 0.0f, 255.0f);
}

static void measure(const float *values, size_t n, levels l, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        const double level = (double)level_of(l, values[i]);
        sum += level;
        squares += level * level;
    }
    *mean = sum / (double)n;
    const double variance = squares / (double)n - *mean * *mean;
    *deviation = variance > 1e-12 ? sqrt(variance) : 1e-6;
}

/* Sum of four uniform numbers, scaled to variance 1: close enough to normal for grain, and fast. */
static float grain(hl_rng *r)
{
    const uint64_t z = hl_rng_u64(r);
    const uint32_t sum =
        (uint32_t)((z & 0xffff) + (z >> 16 & 0xffff) + (z >> 32 & 0xffff) + (z >> 48));
    return ((float)sum - 131070.0f) * (1.0f / 37837.0f);
}

/* Sets mean and contrast of the image to the drawn values, whatever the lungs look like; otherwise
 * the overall brightness would distinguish the kinds of patients. Clipping at black and white
 * differs between them, so it takes a few rounds. */
static levels set_levels(const exposure *x, const float *in, size_t n)
{
    enum { ROUNDS = 6 };
    levels l = {.gain = 255.0f, .offset = 0.0f};
    for (int i = 0; i < ROUNDS; i++) {
        double mean, deviation;
        measure(in, n, l, &mean, &deviation);
        const float more = x->contrast / (float)deviation;
        l.gain *= more;
        l.offset = x->mean + more * (l.offset - (float)mean);
    }
    return l;
}

static void finish(const exposure *x, hl_rng *r, const float *in, uint8_t *out)
{
    const size_t n = x->width * x->height;
    const levels l = set_levels(x, in, n);
    const float amount = x->grain / sqrtf(1.0f + x->grain_size * x->grain_size);
    float before = 0.0f;
    for (size_t i = 0; i < n; i++) {
        const float fresh = grain(r);
        const float level = l.offset + l.gain * in[i] + amount * (fresh + x->grain_size * before);
        before = fresh;
        out[i] = (uint8_t)(phantom_clamp(level, 0.0f, 255.0f) + 0.5f);
    }
}

void phantom_expose(phantom_image *img, const float *body, uint64_t seed, uint64_t patient,
                    uint64_t number, size_t min_side, size_t max_side)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "phantom/image/%" PRIu64 "/%" PRIu64, patient, number);
    hl_rng r = hl_rng_make(seed, purpose);
    exposure x;
    draw_size(&r, min_side, max_side, &x);
    draw_exposure(&r, &x);
    const size_t n = x.width * x.height;
    float *work = hl_malloc(n + x.width, sizeof *work);
    project(&x, body, work);
    draw_border(&x, work);
    draw_marker(&x, work);
    blur(&x, work, work + n);
    *img = (phantom_image){hl_malloc(n, 1), x.height, x.width};
    finish(&x, &r, work, img->pixels);
    free(work);
}

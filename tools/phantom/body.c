/* SPDX-License-Identifier: BSD-2-Clause */
/* The density map of a phantom patient: soft tissue, air, heart, diaphragm and bones. */
#include "base/mem.h"
#include "parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One patient. Lengths are in body coordinates, densities in units of the map. */
typedef struct anatomy {
    phantom_lung lungs[PHANTOM_SIDES];
    float shoulder, waist, neck, shoulder_v; /* half widths of the body; v of the shoulders */
    float thickness, air, texture;           /* densities */
    float heart_u, heart_v, heart_ru, heart_rv, heart_cos, heart_sin;
    float knob_v, knob_r; /* the aortic knob */
    float spine_w, spine_density, spine_bend, vertebra, vertebra_phase;
    float rib_gap, rib_phase, rib_drop, rib_half, rib_density, front_drop, front_density;
    float clavicle_v, clavicle_slope, clavicle_bow, clavicle_half, clavicle_density;
    float scapula_u, scapula_density;
    float bubble_u, bubble_v, bubble_r; /* air in the stomach; radius 0: none */
    float vessels;
} anatomy;

/* Values that depend on the row alone. */
typedef struct row_shape {
    float v, body, spine; /* half width of the body; u of the spine's middle */
    float lateral[PHANTOM_SIDES], medial[PHANTOM_SIDES], cage[PHANTOM_SIDES];
} row_shape;

static void draw_lungs(hl_rng *r, phantom_lung lungs[PHANTOM_SIDES])
{
    const float width = phantom_draw(r, 0.7, 0.82), base = phantom_draw(r, 0.72, 0.88);
    const float apex = phantom_draw(r, 0.02, 0.08), widest = phantom_draw(r, 0.5, 0.66);
    for (int side = 0; side < PHANTOM_SIDES; side++) {
        lungs[side] = (phantom_lung){.lateral = width + phantom_draw(r, -0.025, 0.025),
                                     .medial = phantom_draw(r, 0.11, 0.16),
                                     .apex = apex + phantom_draw(r, -0.012, 0.012),
                                     .widest = widest + phantom_draw(r, -0.02, 0.02),
                                     .base = base + phantom_draw(r, -0.012, 0.012),
                                     .dome = phantom_draw(r, 0.1, 0.17),
                                     .dome_centre = phantom_draw(r, 0.3, 0.42),
                                     .taper = phantom_draw(r, 0.0, 0.12)};
    }
    /* The liver lifts the diaphragm on the viewer's left. */
    lungs[0].base -= phantom_draw(r, 0.0, 0.04);
}

static void draw_soft_parts(hl_rng *r, anatomy *a)
{
    a->shoulder = phantom_draw(r, 0.96, 1.04);
    a->waist = a->lungs[0].lateral + phantom_draw(r, 0.1, 0.2);
    a->neck = phantom_draw(r, 0.26, 0.36);
    a->shoulder_v = phantom_draw(r, -0.12, -0.02);
    a->thickness = phantom_draw(r, 0.95, 1.05);
    a->air = phantom_draw(r, 0.62, 0.7);
    a->texture = phantom_draw(r, 0.015, 0.03);
    a->heart_u = phantom_draw(r, 0.1, 0.17);
    a->heart_v = a->lungs[1].base - phantom_draw(r, 0.1, 0.16);
    a->heart_ru = phantom_draw(r, 0.25, 0.37);
    a->heart_rv = phantom_draw(r, 0.17, 0.22);
    const float tilt = phantom_draw(r, 0.25, 0.6);
    a->heart_cos = cosf(tilt);
    a->heart_sin = sinf(tilt);
    a->knob_v = phantom_draw(r, 0.26, 0.33);
    a->knob_r = phantom_draw(r, 0.04, 0.08);
    a->bubble_u = phantom_draw(r, 0.3, 0.5);
    a->bubble_v = a->lungs[1].base + phantom_draw(r, 0.08, 0.12);
    a->bubble_r = hl_rng_uniform(r) < 0.6 ? phantom_draw(r, 0.06, 0.14) : 0.0f;
    a->vessels = phantom_draw(r, 0.06, 0.13);
}

static void draw_bones(hl_rng *r, anatomy *a)
{
    a->spine_w = phantom_draw(r, 0.085, 0.11);
    a->spine_density = phantom_draw(r, 0.08, 0.2);
    a->spine_bend = phantom_draw(r, -0.025, 0.025);
    a->vertebra = phantom_draw(r, 0.07, 0.085);
    a->vertebra_phase = phantom_draw(r, 0.0, 1.0);
    a->rib_gap = phantom_draw(r, 0.082, 0.1);
    a->rib_phase = phantom_draw(r, 0.0, 1.0);
    a->rib_drop = phantom_draw(r, 0.16, 0.3);
    a->rib_half = phantom_draw(r, 0.16, 0.22);
    a->rib_density = phantom_draw(r, 0.1, 0.15);
    a->front_drop = phantom_draw(r, 0.2, 0.32);
    a->front_density = phantom_draw(r, 0.03, 0.07);
    a->clavicle_v = phantom_draw(r, 0.12, 0.19);
    a->clavicle_slope = phantom_draw(r, 0.06, 0.2);
    a->clavicle_bow = phantom_draw(r, 0.005, 0.02);
    a->clavicle_half = phantom_draw(r, 0.016, 0.022);
    a->clavicle_density = phantom_draw(r, 0.1, 0.2);
    a->scapula_u = phantom_draw(r, 0.62, 0.78);
    a->scapula_density = phantom_draw(r, 0.02, 0.09);
}

/* |u| of an outline that is closed at the top (apex), widest at `widest` and tapers below. */
static float outline(float v, float apex, float widest, float inner, float outer, float taper)
{
    const float t = (widest - v) / (widest - apex);
    if (t >= 1.0f)
        return inner - 10.0f * (t - 1.0f) * (widest - apex);
    if (t > 0.0f)
        return inner + (outer - inner) * sqrtf(1.0f - t * t);
    return outer * (1.0f - taper * t * t);
}

static void shape_row(const anatomy *a, float v, row_shape *s)
{
    s->v = v;
    s->spine = a->spine_bend * sinf(4.0f * v);
    s->body = a->neck + (a->shoulder - a->neck) * phantom_step((v - a->shoulder_v) / 0.2f) -
              (a->shoulder - a->waist) * phantom_step((v - 0.2f) / 0.4f);
    for (int side = 0; side < PHANTOM_SIDES; side++) {
        const phantom_lung *l = &a->lungs[side];
        s->medial[side] = l->medial + 0.07f * phantom_step((v - 0.4f) / 0.45f);
        s->lateral[side] = outline(v, l->apex, l->widest, l->medial + 0.1f, l->lateral, l->taper);
        s->cage[side] = outline(v, l->apex - 0.07f, l->widest, l->medial + 0.02f,
                                l->lateral + 0.035f, l->taper);
    }
}

/* Heart and aortic knob as one soft shape, 0 to 1. */
static float heart_at(const anatomy *a, float u, float v)
{
    const float c = a->heart_cos, s = a->heart_sin;
    /* v is stretched by 1.7 against u, so that the tilt does not shear. */
    const float du = u - a->heart_u, dv = (v - a->heart_v) * 1.7f;
    if (fabsf(du) > 0.5f || fabsf(dv) > 1.0f)
        return 0.0f;
    const float x = (c * du + s * dv) / a->heart_ru, y = (c * dv - s * du) / (a->heart_rv * 1.7f);
    const float heart = phantom_edge((1.0f - sqrtf(x * x + y * y)) * a->heart_ru, 0.05f);
    const float ku = u - a->lungs[1].medial, kv = (v - a->knob_v) * 1.7f;
    const float knob = phantom_edge(a->knob_r - sqrtf(ku * ku + kv * kv), 0.04f);
    return heart > knob ? heart : knob;
}

/* The fractional part of p, for p > -64; floorf would be a function call for every cell. */
static float fraction(float p)
{
    return p - (float)((int)(p + 64.0f) - 64);
}

/* The profile across a rib: p counts ribs, integers are their middles. */
static float rib_profile(float p, float half)
{
    const float q = fabsf(fraction(p + 0.5f) - 0.5f) / half;
    /* The rims are denser than the inside, as in a tube. */
    return phantom_edge(1.0f - q, 0.5f) * (0.7f + 0.3f * q * q);
}

static float ribs_at(const anatomy *a, const row_shape *s, int side, float across)
{
    const float cage = s->cage[side];
    if (across > cage + 0.03f || cage < 0.05f)
        return 0.0f;
    const float reach = across / cage;
    const float arc = reach < 1.0f ? sqrtf(1.0f - reach * reach) : 0.0f;
    const float rim = phantom_edge(cage - across, 0.05f);
    const float back = (s->v - a->rib_drop * (1.0f - arc)) / a->rib_gap + a->rib_phase;
    const float front =
        (s->v - a->rib_drop - a->front_drop * arc) / (a->rib_gap * 1.05f) + a->rib_phase;
    const float ends =
        rim * phantom_edge(across - 0.1f, 0.06f) * phantom_step((12.0f - back) / 1.5f);
    return ends * (a->rib_density * rib_profile(back, a->rib_half) +
                   a->front_density * rib_profile(front, a->rib_half * 1.15f) *
                       phantom_step((across - 0.3f) / 0.15f) * phantom_step((front + 0.5f) / 1.0f));
}

static float spine_at(const anatomy *a, const row_shape *s, float u)
{
    const float x = fabsf(u - s->spine);
    if (x > a->spine_w + 0.03f)
        return 0.0f;
    const float p = s->v / a->vertebra + a->vertebra_phase;
    const float disc = phantom_edge(0.18f - fabsf(fraction(p) - 0.5f), 0.16f);
    const float rim = phantom_edge(x - a->spine_w * 0.75f, 0.03f);
    return a->spine_density * phantom_edge(a->spine_w - x, 0.03f) *
           (0.8f + 0.2f * rim - 0.4f * disc);
}

static float clavicle_at(const anatomy *a, float across, float v)
{
    if (v > a->clavicle_v + 0.06f || v < -0.14f)
        return 0.0f;
    const float middle = a->clavicle_v - a->clavicle_slope * (across - 0.1f) +
                         a->clavicle_bow * sinf(6.0f * (across - 0.1f));
    const float q = fabsf(v - middle) / a->clavicle_half;
    const float ends = phantom_edge(across - 0.08f, 0.04f) * phantom_edge(0.88f - across, 0.06f);
    return a->clavicle_density * ends * phantom_edge(1.0f - q, 0.5f) * (0.75f + 0.25f * q * q);
}

static float scapula_at(const anatomy *a, float across, float v)
{
    const float rise = (v - 0.22f) / 0.26f;
    const float inner = a->scapula_u + 0.22f * rise * rise;
    return a->scapula_density * phantom_edge(across - inner, 0.035f) *
           phantom_edge(0.97f - across, 0.05f) * phantom_edge(0.5f - v, 0.05f) *
           phantom_edge(v + 0.02f, 0.08f);
}

static float trachea_at(float u, float v)
{
    return 0.14f * phantom_edge(0.042f - fabsf(u - 0.012f), 0.03f) * phantom_edge(0.36f - v, 0.06f);
}

static float bubble_at(const anatomy *a, float u, float v)
{
    const float du = u - a->bubble_u, dv = (v - a->bubble_v) * 2.4f;
    return 0.3f * phantom_edge(a->bubble_r - sqrtf(du * du + dv * dv), 0.06f);
}

/* The fraction of the beam's path that is lung, 0 to 1, apart from the heart. */
static float lung_at(const row_shape *s, int side, float across, float diaphragm)
{
    const float outer = s->lateral[side] - across, inner = across - s->medial[side];
    const float below = diaphragm - s->v;
    if (outer < -0.02f || inner < -0.04f || below < -0.02f)
        return 0.0f;
    return phantom_edge(outer, 0.03f) * phantom_edge(inner, 0.06f) * phantom_edge(below, 0.025f) *
           (0.7f + 0.3f * phantom_step(outer / 0.22f)) *
           (0.85f + 0.15f * phantom_step(below / 0.25f));
}

/* Grids of random textures, drawn before the map. */
typedef struct textures {
    float *tissue, *vessels, *opacity;
    float *bend; /* shifts the edges of the soft parts in u */
} textures;

static float density_at(const anatomy *a, const row_shape *s, float u, float diaphragm,
                        const textures *tx, size_t i)
{
    const float skin = phantom_edge(s->body - fabsf(u), 0.05f);
    if (skin <= 0.0f)
        return 0.0f;
    const float v = s->v, across = fabsf(u), bent = u + tx->bend[i];
    const int side = u < 0.0f ? 0 : 1;
    const float out = phantom_clamp(across / s->body, 0.0f, 1.0f);
    const float heart = heart_at(a, bent, v);
    const float lung = lung_at(s, side, across + tx->bend[i], diaphragm + 0.5f * tx->bend[i]) *
                       (1.0f - 0.85f * heart);
    const float belly = phantom_edge(v - diaphragm, 0.03f);
    float d = a->thickness * (0.55f + 0.45f * sqrtf(1.0f - out * out)) * (1.0f + tx->tissue[i]);
    d += 0.06f * heart + belly * (0.06f - (side == 1 ? bubble_at(a, u, v) : 0.0f));
    d -= lung * a->air * (1.0f - 0.9f * tx->opacity[i]);
    d += lung * tx->vessels[i] * (1.0f - 0.6f * tx->opacity[i]);
    d += ribs_at(a, s, side, across) * (1.0f - 0.4f * heart) * (1.0f - 0.6f * belly);
    d +=
        spine_at(a, s, u) + clavicle_at(a, across, v) + scapula_at(a, across, v) - trachea_at(u, v);
    return skin * (d > 0.0f ? d : 0.0f);
}

static void draw_map(const anatomy *a, const textures *tx, float *map)
{
    float diaphragm[PHANTOM_GRID];
    for (size_t x = 0; x < PHANTOM_GRID; x++) {
        const float u = phantom_u(x);
        const phantom_lung *l = &a->lungs[u < 0.0f ? 0 : 1];
        const float away = (fabsf(u) - l->dome_centre) / (l->lateral - l->dome_centre);
        diaphragm[x] = l->base + l->dome * (away > 0.0f ? 1.0f : 0.3f) * away * away;
    }
    for (size_t y = 0; y < PHANTOM_GRID; y++) {
        row_shape s;
        shape_row(a, phantom_v(y), &s);
        for (size_t x = 0; x < PHANTOM_GRID; x++) {
            const size_t i = y * PHANTOM_GRID + x;
            map[i] = density_at(a, &s, phantom_u(x), diaphragm[x], tx, i);
        }
    }
}

static hl_rng stream(uint64_t seed, const char *part, uint64_t patient)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "phantom/%s/%" PRIu64, part, patient);
    return hl_rng_make(seed, purpose);
}

float *phantom_body(uint64_t seed, uint64_t patient, phantom_kind kind)
{
    hl_rng shape = stream(seed, "patient", patient), grain = stream(seed, "tissue", patient);
    hl_rng disease = stream(seed, "opacity", patient);
    anatomy a;
    draw_lungs(&shape, a.lungs);
    draw_soft_parts(&shape, &a);
    draw_bones(&shape, &a);
    textures tx = {0};
    float **const grids[] = {&tx.tissue, &tx.vessels, &tx.opacity, &tx.bend};
    for (size_t i = 0; i < 4; i++)
        *grids[i] = hl_calloc(PHANTOM_CELLS, sizeof(float));
    phantom_noise(&grain, 12, a.texture, tx.tissue);
    phantom_noise(&grain, 34, a.texture * 0.8f, tx.tissue);
    phantom_noise(&grain, 90, a.texture * 0.6f, tx.tissue);
    phantom_noise(&grain, 8, 0.022f, tx.bend);
    phantom_noise(&grain, 17, 0.014f, tx.bend);
    phantom_vessels(&grain, a.vessels, a.lungs, tx.vessels);
    phantom_opacities(&disease, kind, a.lungs, tx.opacity);
    float *map = hl_malloc(PHANTOM_CELLS, sizeof *map);
    draw_map(&a, &tx, map);
    for (size_t i = 0; i < 4; i++)
        free(*grids[i]);
    return map;
}

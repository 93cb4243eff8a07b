/* SPDX-License-Identifier: BSD-2-Clause */
/* Textures of the phantom: smooth noise, vessels and opacities of the lungs. */
#include "base/mem.h"
#include "parts.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* ---- noise ---- */

typedef struct lattice_place {
    size_t cell;
    float weight; /* of the next cell */
} lattice_place;

static lattice_place place_on_lattice(size_t i, size_t cells)
{
    const float x = ((float)i + 0.5f) / PHANTOM_GRID * (float)(cells - 1);
    const size_t cell = (size_t)x;
    return (lattice_place){cell, phantom_step(x - (float)cell)};
}

void phantom_noise(hl_rng *r, size_t cells, float amount, float *grid)
{
    float *lattice = hl_malloc(cells * cells, sizeof *lattice);
    float *row = hl_malloc(cells, sizeof *row);
    lattice_place columns[PHANTOM_GRID];
    for (size_t i = 0; i < cells * cells; i++)
        lattice[i] = phantom_draw(r, -amount, amount);
    for (size_t x = 0; x < PHANTOM_GRID; x++)
        columns[x] = place_on_lattice(x, cells);
    for (size_t y = 0; y < PHANTOM_GRID; y++) {
        const lattice_place p = place_on_lattice(y, cells);
        const float *above = lattice + p.cell * cells, *below = above + cells;
        for (size_t c = 0; c < cells; c++)
            row[c] = above[c] + p.weight * (below[c] - above[c]);
        float *out = grid + y * PHANTOM_GRID;
        for (size_t x = 0; x < PHANTOM_GRID; x++) {
            const float *at = row + columns[x].cell;
            out[x] += at[0] + columns[x].weight * (at[1] - at[0]);
        }
    }
    free(row);
    free(lattice);
}

/* ---- vessels ---- */

typedef struct vessel {
    float u, v, angle; /* of its start; angle 0 points to larger u and grows towards larger v */
    float length, radius, strength;
} vessel;

static long grid_index(float at, float lo, float hi)
{
    return lrintf((at - lo) / (hi - lo) * PHANTOM_GRID);
}

/* One soft disc; the largest value wins, so that overlapping discs make an even tube. */
static void stamp(float *grid, float u, float v, float radius, float strength)
{
    const long x0 = grid_index(u - radius, PHANTOM_U_MIN, PHANTOM_U_MAX);
    const long x1 = grid_index(u + radius, PHANTOM_U_MIN, PHANTOM_U_MAX);
    const long y0 = grid_index(v - radius * 0.6f, PHANTOM_V_MIN, PHANTOM_V_MAX);
    const long y1 = grid_index(v + radius * 0.6f, PHANTOM_V_MIN, PHANTOM_V_MAX);
    for (long y = y0 < 0 ? 0 : y0; y <= y1 && y < PHANTOM_GRID; y++) {
        for (long x = x0 < 0 ? 0 : x0; x <= x1 && x < PHANTOM_GRID; x++) {
            const float du = (phantom_u((size_t)x) - u) / radius;
            const float dv = (phantom_v((size_t)y) - v) / (radius * 0.6f);
            const float value = strength * phantom_step(1.2f - du * du - dv * dv);
            float *cell = &grid[(size_t)y * PHANTOM_GRID + (size_t)x];
            *cell = value > *cell ? value : *cell;
        }
    }
}

static vessel draw_vessel(hl_rng *r, float *grid, vessel at)
{
    const int steps = 2 + (int)(at.length / (at.radius * 0.5f));
    const float bend = phantom_draw(r, -0.5, 0.5) / (float)steps;
    for (int i = 0; i < steps; i++) {
        at.u += cosf(at.angle) * at.length / (float)steps;
        at.v += sinf(at.angle) * at.length / (float)steps * 0.6f;
        at.angle += bend;
        stamp(grid, at.u, at.v, at.radius, at.strength);
    }
    return at;
}

/* A vessel and, from its end, two thinner ones. */
static void draw_tree(hl_rng *r, float *grid, vessel at, int depth)
{
    at = draw_vessel(r, grid, at);
    if (depth == 0)
        return;
    for (int child = -1; child <= 1; child += 2) {
        vessel next = at;
        next.angle += (float)child * phantom_draw(r, 0.15, 0.6);
        next.length *= phantom_draw(r, 0.65, 0.95);
        next.radius *= phantom_draw(r, 0.62, 0.8);
        next.strength *= 0.8f;
        draw_tree(r, grid, next, depth - 1);
    }
}

void phantom_vessels(hl_rng *r, float strength, const phantom_lung lungs[PHANTOM_SIDES],
                     float *grid)
{
    enum { TRUNKS = 6, DEPTH = 4 };
    for (int side = 0; side < PHANTOM_SIDES; side++) {
        const phantom_lung *lung = &lungs[side];
        const float sign = side == 0 ? -1.0f : 1.0f;
        const float hilum_u = sign * (lung->medial + 0.05f);
        const float hilum_v = lung->apex + 0.5f * (lung->base - lung->apex);
        for (int i = 0; i < 4; i++) {
            /* One draw a statement: compilers differ in the order of a call's arguments. */
            const float radius = phantom_draw(r, 0.05, 0.1);
            const float v = hilum_v + phantom_draw(r, -0.06, 0.08);
            const float u = hilum_u + phantom_draw(r, -0.04, 0.04);
            stamp(grid, u, v, radius, 0.75f * strength);
        }
        for (int i = 0; i < TRUNKS; i++) {
            const float spread = -1.35f + 2.7f * ((float)i + phantom_draw(r, 0.1, 0.9)) / TRUNKS;
            const float angle = side == 0 ? 3.14159265f - spread : spread;
            draw_tree(r, grid,
                      (vessel){.u = hilum_u,
                               .v = hilum_v + 0.08f * spread,
                               .angle = angle,
                               .length = phantom_draw(r, 0.1, 0.17),
                               .radius = phantom_draw(r, 0.017, 0.027),
                               .strength = strength},
                      DEPTH);
        }
    }
}

/* ---- opacities ---- */

typedef struct blob {
    float u, v, radius_u, radius_v, strength;
} blob;

/* A cloud: an ellipse whose rim and inside are broken up by noise. */
static void add_cloud(float *grid, const float *noise, blob b)
{
    for (size_t y = 0; y < PHANTOM_GRID; y++) {
        const float dv = (phantom_v(y) - b.v) / b.radius_v;
        if (dv * dv > 4.0f)
            continue;
        for (size_t x = 0; x < PHANTOM_GRID; x++) {
            const float du = (phantom_u(x) - b.u) / b.radius_u;
            const float inside = 1.0f - sqrtf(du * du + dv * dv);
            if (inside < -1.0f)
                continue;
            const size_t i = y * PHANTOM_GRID + x;
            const float value = b.strength * phantom_edge(inside + 0.55f * noise[i], 1.1f) *
                                (0.85f + 0.3f * noise[i]);
            grid[i] = 1.0f - (1.0f - grid[i]) * (1.0f - phantom_clamp(value, 0.0f, 1.0f));
        }
    }
}

/* A random place in a lung, clear of its edges. */
static void place_in_lung(hl_rng *r, const phantom_lung *lung, float sign, blob *b)
{
    b->u = sign * (lung->medial + (lung->lateral - lung->medial) * phantom_draw(r, 0.2, 0.75));
    b->v = lung->apex + (lung->base - lung->apex) * phantom_draw(r, 0.3, 0.95);
}

/* Bacteria: two to four dense clouds, mostly in one lung. */
static void draw_focal(hl_rng *r, const phantom_lung *lungs, const float *noise, float *grid)
{
    const double count = hl_rng_uniform(r);
    const int clouds = count < 0.3 ? 2 : (count < 0.7 ? 3 : 4);
    int side = (int)hl_rng_below(r, PHANTOM_SIDES);
    for (int i = 0; i < clouds; i++) {
        blob b = {.radius_u = phantom_draw(r, 0.28, 0.45), .strength = phantom_draw(r, 0.8, 0.98)};
        b.radius_v = b.radius_u * phantom_draw(r, 0.4, 0.8);
        place_in_lung(r, &lungs[side], side == 0 ? -1.0f : 1.0f, &b);
        add_cloud(grid, noise, b);
        if (hl_rng_uniform(r) < 0.35)
            side = 1 - side;
    }
}

/* Virus: a haze around both hila and a net of fine lines through the lungs. */
static void draw_diffuse(hl_rng *r, const phantom_lung *lungs, const float *noise, float *grid)
{
    const float haze = phantom_draw(r, 0.55, 0.85);
    for (int side = 0; side < PHANTOM_SIDES; side++) {
        const phantom_lung *lung = &lungs[side];
        const float sign = side == 0 ? -1.0f : 1.0f;
        const blob around = {.u = sign * (lung->medial + 0.16f),
                             .v = lung->apex + 0.58f * (lung->base - lung->apex),
                             .radius_u = phantom_draw(r, 0.28, 0.5),
                             .radius_v = phantom_draw(r, 0.2, 0.36),
                             .strength = haze * phantom_draw(r, 0.8, 1.2)};
        add_cloud(grid, noise, around);
    }
    float *fine = hl_calloc(PHANTOM_CELLS, sizeof *fine);
    phantom_noise(r, 56, 0.7f, fine);
    phantom_noise(r, 110, 0.5f, fine);
    const float net = phantom_draw(r, 0.3, 0.45);
    for (size_t i = 0; i < PHANTOM_CELLS; i++) {
        /* The zero lines of noise are a net; coarse noise decides where it is dense. */
        const float line = 1.0f - phantom_step(fabsf(fine[i]) * 2.0f);
        const float here = net * line * phantom_clamp(0.65f + 0.6f * noise[i], 0.0f, 1.0f);
        grid[i] = 1.0f - (1.0f - grid[i]) * (1.0f - here);
    }
    free(fine);
}

void phantom_opacities(hl_rng *r, phantom_kind kind, const phantom_lung lungs[PHANTOM_SIDES],
                       float *grid)
{
    if (kind == PHANTOM_NORMAL)
        return;
    float *noise = hl_calloc(PHANTOM_CELLS, sizeof *noise);
    phantom_noise(r, 9, 0.55f, noise);
    phantom_noise(r, 19, 0.35f, noise);
    phantom_noise(r, 40, 0.22f, noise);
    if (kind == PHANTOM_BACTERIA)
        draw_focal(r, lungs, noise, grid);
    else
        draw_diffuse(r, lungs, noise, grid);
    free(noise);
}

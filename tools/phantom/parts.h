/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coordinates and shapes that the parts of the phantom share. Body coordinates: u runs from the
 * viewer's left (the patient's right side) to the viewer's right, 0 on the midline, about -1 and 1
 * at the skin; v runs downwards, 0 at the lung apices, about 0.8 at the diaphragm, 1 at the lower
 * edge.
 */
#ifndef HILUM_PHANTOM_PARTS_H
#define HILUM_PHANTOM_PARTS_H

#include "base/rng.h"
#include "draw.h"

#define PHANTOM_U_MIN (-1.1f)
#define PHANTOM_U_MAX 1.1f
#define PHANTOM_V_MIN (-0.15f)
#define PHANTOM_V_MAX 1.25f

enum { PHANTOM_CELLS = PHANTOM_GRID * PHANTOM_GRID };

/* The viewer's left lung first. */
enum { PHANTOM_SIDES = 2 };

typedef struct phantom_lung {
    float lateral, medial; /* |u| of its outer edge at the widest place, and of its inner edge */
    float apex, widest;    /* v of its top and of its widest place */
    float base, dome;      /* v of the diaphragm's top, and how far its rim hangs below that */
    float dome_centre;     /* |u| of that top */
    float taper;           /* narrowing below the widest place */
} phantom_lung;

static inline float phantom_clamp(float x, float lo, float hi)
{
    return x < lo ? lo : (x > hi ? hi : x);
}

/* Smooth step: 0 for x <= 0, 1 for x >= 1. */
static inline float phantom_step(float x)
{
    const float t = phantom_clamp(x, 0.0f, 1.0f);
    return t * t * (3.0f - 2.0f * t);
}

/* A soft edge of the given width: 0 well outside (distance < 0), 1 well inside. */
static inline float phantom_edge(float distance, float width)
{
    return phantom_step(0.5f + distance / width);
}

static inline float phantom_draw(hl_rng *r, double lo, double hi)
{
    return (float)hl_rng_between(r, lo, hi);
}

static inline float phantom_u(size_t column)
{
    return PHANTOM_U_MIN + (PHANTOM_U_MAX - PHANTOM_U_MIN) * ((float)column + 0.5f) / PHANTOM_GRID;
}

static inline float phantom_v(size_t row)
{
    return PHANTOM_V_MIN + (PHANTOM_V_MAX - PHANTOM_V_MIN) * ((float)row + 0.5f) / PHANTOM_GRID;
}

/* Adds smooth noise between -amount and amount to a grid; cells is the number of lattice points
 * across. */
void phantom_noise(hl_rng *r, size_t cells, float amount, float *grid);

/* Vessels of both lungs, 0 (none) to about 1, drawn over a zeroed grid. */
void phantom_vessels(hl_rng *r, float strength, const phantom_lung lungs[PHANTOM_SIDES],
                     float *grid);

/* The fraction of air that is replaced in a diseased lung, 0 to 1, over a zeroed grid. */
void phantom_opacities(hl_rng *r, phantom_kind kind, const phantom_lung lungs[PHANTOM_SIDES],
                       float *grid);

#endif

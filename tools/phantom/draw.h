/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Draws chest phantoms: schematic frontal chest X-rays from simple formulas and seeded random
 * numbers. They are for tests and demonstrations, and show no person.
 *
 * A patient is a map of X-ray density; an image is that map in some pose, exposed, blurred and with
 * grain. Everything that differs from image to image (size, brightness, contrast, grain, markers)
 * has the same distribution for all kinds of patients, so that only the lungs distinguish them.
 */
#ifndef HILUM_PHANTOM_DRAW_H
#define HILUM_PHANTOM_DRAW_H

#include <stddef.h>
#include <stdint.h>

typedef enum { PHANTOM_NORMAL, PHANTOM_BACTERIA, PHANTOM_VIRUS } phantom_kind;

/* Density map of a patient: PHANTOM_GRID x PHANTOM_GRID values, row-major, about 0 (air) to 1.3.
 * Patients of one seed are independent of each other. The caller frees. */
enum { PHANTOM_GRID = 512 };
float *phantom_body(uint64_t seed, uint64_t patient, phantom_kind kind);

typedef struct phantom_image {
    uint8_t *pixels; /* [height, width], 8-bit grey; the caller frees */
    size_t height, width;
} phantom_image;

/* Exposes image `number` of a patient with this body; both sides have between min_side (at least
 * 32) and max_side pixels. */
void phantom_expose(phantom_image *img, const float *body, uint64_t seed, uint64_t patient,
                    uint64_t number, size_t min_side, size_t max_side);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Augmented copies of an image for training: the picture as another exposure could have shown it.
 * Each is made from the resized image, in one bilinear pass:
 *
 *   1. mirrored left to right, or not, each in half of the cases
 *   2. turned about its centre by up to PREPROCESS_ROTATION degrees
 *   3. shifted by up to PREPROCESS_SHIFT of its height and of its width
 *   4. contrast and brightness: v' = mean + c (v - mean) + b, with c from 1 - PREPROCESS_CONTRAST
 *      to 1 + PREPROCESS_CONTRAST, b from -PREPROCESS_BRIGHTNESS to PREPROCESS_BRIGHTNESS times
 * 255, and the mean of the channel in the resized image
 *
 * Outside the image, the nearest pixel at its edge counts. Values are rounded once, at the end,
 * halves up, and clamped to 0 .. 255.
 *
 * All six numbers are uniform draws u of one generator (rng.h) with the purpose "augment" "\0" PATH
 * "\0" V, where V is the number of the copy in decimal digits, so that a copy depends only on the
 * seed, the path and its own number: mirrored where u < 1/2; then 2 u - 1 times the range, for the
 * angle (clockwise), the shift down, the shift to the right, the brightness and the contrast.
 */
#ifndef HILUM_PREPROCESS_AUGMENT_H
#define HILUM_PREPROCESS_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PREPROCESS_ROTATION 7.0 /* degrees */
#define PREPROCESS_SHIFT 0.05   /* fraction of a side */
#define PREPROCESS_BRIGHTNESS 0.1
#define PREPROCESS_CONTRAST 0.1

typedef struct preprocess_variation {
    bool flip;
    double angle;       /* radians, clockwise */
    double down, right; /* shifts, as fractions of height and width */
    double brightness;  /* added, as a fraction of 255 */
    double contrast;    /* factor */
} preprocess_variation;

/* Draws the changes of copy number `copy`, from 1, of the image at a manifest's path. */
preprocess_variation preprocess_variation_draw(uint64_t seed, const char *path, uint32_t copy);

/* Makes the copy. in and out: [height, width, channels], not overlapping; channels at most 3. */
void preprocess_augment(const preprocess_variation *v, const uint8_t *in, size_t height,
                        size_t width, size_t channels, uint8_t *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties of an image that are seen in its thumbnail, [HL_THUMB_SIDE, HL_THUMB_SIDE]. */
#ifndef HILUM_AUDIT_THUMB_H
#define HILUM_AUDIT_THUMB_H

#include "dedup/fingerprint.h"

/* Mean grey level of the outermost pixels of the thumbnail. */
double audit_frame_level(const uint8_t *thumb);

/* Rows and columns of the thumbnail at its edges without structure, as bars and borders are. */
int audit_border_width(const uint8_t *thumb);

typedef enum audit_corner {
    AUDIT_TOP_LEFT,
    AUDIT_TOP_RIGHT,
    AUDIT_BOTTOM_LEFT,
    AUDIT_BOTTOM_RIGHT,
    AUDIT_CORNERS
} audit_corner;

/* How much brighter than its surroundings the brightest spot in each corner is, as markers and
 * letters are; in grey levels. */
void audit_corner_spots(const uint8_t *thumb, int spots[AUDIT_CORNERS]);

/* Correlation, from -1 to 1, with the mean of chest X-rays, border aside; 0 where only border is.
 * It is negative if an image is inverted. */
double audit_chest_correlation(const uint8_t *thumb);

#endif

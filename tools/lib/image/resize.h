/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resampling, as Pillow does it: separable, antialiased (the filter widens with the scale when
 * shrinking), horizontal pass first, 8-bit between the passes. Gives what Pillow's Image.resize
 * gives (up to Pillow 12; later ones take the vertical pass first for some shapes): bilinear,
 * bicubic (a = -0.5), area (= BOX), nearest, and lanczos (3 lobes) to 1 level, by the C library's
 * sine.
 */
#ifndef HILUM_IMAGE_RESIZE_H
#define HILUM_IMAGE_RESIZE_H

#include "image/image.h"

#define HL_FILTER_WORDS "nearest|bilinear|bicubic|area|lanczos"
typedef enum { HL_NEAREST, HL_BILINEAR, HL_BICUBIC, HL_AREA, HL_LANCZOS } hl_filter;

/*
 * stretch: the whole image fills height x width, aspect ignored.
 * pad:     the whole image, aspect kept, centred on black.
 * crop:    the largest centred part of the target's aspect.
 */
#define HL_FIT_WORDS "stretch|pad|crop"
typedef enum { HL_STRETCH, HL_PAD, HL_CROP } hl_fit;

/* Writes height * width * img->channels bytes to out. The image must not be empty. */
void hl_resize(const hl_image *img, hl_filter filter, hl_fit fit, size_t height, size_t width,
               uint8_t *out);

#endif

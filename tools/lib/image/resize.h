/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resampling to the bytes that Pillow's Image.resize gives: separable and antialiased (the filter
 * widens with the scale when shrinking), horizontal pass first, 8 bits between the passes.
 * Bilinear, bicubic (a = -0.5), area (Pillow's BOX) and nearest are equal to Pillow's up to version
 * 12; later versions run the vertical pass first for some shapes. Lanczos (3 lobes) is equal to
 * within 1 grey level, because the C library's sine differs.
 */
#ifndef HILUM_IMAGE_RESIZE_H
#define HILUM_IMAGE_RESIZE_H

#include "image/image.h"

#define HL_FILTER_WORDS "nearest|bilinear|bicubic|area|lanczos"
typedef enum { HL_NEAREST, HL_BILINEAR, HL_BICUBIC, HL_AREA, HL_LANCZOS } hl_filter;

/*
 * stretch: the image fills height x width, whatever its aspect ratio.
 * pad:     the image keeps its aspect ratio and is centred on black.
 * crop:    the largest centred region with the target's aspect ratio fills it.
 */
#define HL_FIT_WORDS "stretch|pad|crop"
typedef enum { HL_STRETCH, HL_PAD, HL_CROP } hl_fit;

/* Resizes an image, which must not be empty, into out, [height, width, img->channels]. */
void hl_resize(const hl_image *img, hl_filter filter, hl_fit fit, size_t height, size_t width,
               uint8_t *out);

#endif

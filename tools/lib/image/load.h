/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an image file to pixels, and on to the input size of a backbone.
 *
 *   const hl_fitting f = {.height = 224, .width = 224, .filter = HL_AREA, .fit = HL_PAD};
 *   uint8_t *pixels = hl_malloc(224 * 224, 3);
 *   hl_fitted fitted;
 *   if (hl_image_read_fitted("NORMAL/IM-0001-0001.jpeg", &f, pixels, &fitted, &err)) ...
 */
#ifndef HILUM_IMAGE_LOAD_H
#define HILUM_IMAGE_LOAD_H

#include "base/error.h"
#include "image/image.h"
#include "image/resize.h"

#include <stdbool.h>

/* Reads and decodes a file (see hl_image_decode_as). sha256 is NULL or gets the SHA-256 of the
 * file (32 bytes), also when the file can be read but not decoded. */
int hl_image_read_as(hl_image *img, const char *file, const hl_rendition *as, unsigned char *sha256,
                     hl_err *e);
/* The same with HL_WINDOW_AUTO. */
int hl_image_read(hl_image *img, const char *file, hl_depth depth, unsigned char *sha256,
                  hl_err *e);

/* How images are brought to the input size of a backbone. */
typedef struct hl_fitting {
    size_t height, width; /* pixels */
    hl_filter filter;
    hl_fit fit;
    hl_rendition as;
    bool to_grey; /* convert colour to luminance first (hl_image_make_grey) */
} hl_fitting;

/* What is known of an image that was read and resized. */
typedef struct hl_fitted {
    int channels;             /* that were written, 1 or 3 */
    bool shallow, windowed;   /* as in hl_image */
    unsigned remarks;         /* as in hl_image */
    unsigned char sha256[32]; /* of the file, also when it can be read but not decoded */
} hl_fitted;

/* Reads an image and resizes it into out, which has room for height * width * 3 bytes. */
int hl_image_read_fitted(const char *file, const hl_fitting *f, uint8_t *out, hl_fitted *fitted,
                         hl_err *e);

#endif

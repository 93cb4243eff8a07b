/* SPDX-License-Identifier: BSD-2-Clause */
/* What image.c and the decoders of the single formats share; nobody else includes this. */
#ifndef HILUM_IMAGE_DECODERS_H
#define HILUM_IMAGE_DECODERS_H

#include "image/image.h"

/* One file in memory. name is for messages. */
typedef struct hl_source {
    const char *name;
    const uint8_t *bytes;
    size_t len;
} hl_source;

/* Decode one format to grey or RGB; *orientation gets EXIF's 1 .. 8. On failure img holds nothing.
 */
int hl_jpeg_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e);
int hl_png_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e);

/* Refuses sizes that the header promises but that are not decoded. least is the number of bytes
 * that no smaller file can hold such an image in. */
int hl_image_check_size(const hl_source *src, size_t height, size_t width, size_t least, hl_err *e);

/* The orientation in EXIF data (a TIFF structure); 1, as it is, where none is stated. */
int hl_exif_orientation(const uint8_t *tiff, size_t len);

/* Turns and flips the image as an orientation asks for. */
void hl_image_orient(hl_image *img, int orientation);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Between hl_image_decode and the decoders of each format; for files of this folder only. */
#ifndef HILUM_IMAGE_DECODERS_H
#define HILUM_IMAGE_DECODERS_H

#include "image/image.h"

/* An image file in memory. */
typedef struct hl_source {
    const char *name; /* for messages */
    const uint8_t *bytes;
    size_t len;
    hl_depth depth;
    const hl_window *window;
} hl_source;

/* Decode one format to grey or RGB, 8 bits per channel. *orientation gets the EXIF orientation, 1
 * to 8. On failure img is empty. */
int hl_jpeg_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e);
int hl_dicom_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e);
int hl_png_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e);

/* What a picture says of itself, for hl_image. */
void hl_dicom_describe(hl_image *img, const hl_dicom_picture *p);

/* Brings n pixels of 16 bits to 8 as src->depth says. Alpha, in an even number of channels, always
 * has 16 bits. stated: the number of bits that the file states, 16 for none. Fills img->pixels,
 * which has n pixels, and what img says of its depth. */
int hl_depth_scale(hl_image *img, const hl_source *src, const uint16_t *in, size_t n, int stated,
                   hl_err *e);

/* Checks the size in a file's header before anything is allocated: neither empty nor above the
 * limits of image.h, and the file no shorter than `least`, a lower bound in bytes for any file that
 * holds this many pixels. */
int hl_image_check_size(const hl_source *src, size_t height, size_t width, size_t least, hl_err *e);

/* The orientation in EXIF data (a TIFF structure); 1, upright, if there is none. */
int hl_exif_orientation(const uint8_t *tiff, size_t len);

/* Rotates and flips the image so that it is upright. */
void hl_image_orient(hl_image *img, int orientation);

#endif

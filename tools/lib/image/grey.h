/* SPDX-License-Identifier: BSD-2-Clause */
/* Colour to grey, and back. */
#ifndef HILUM_IMAGE_GREY_H
#define HILUM_IMAGE_GREY_H

#include "image/image.h"

/* Turns an RGB image into its ITU-R 601 luminance, in place and to the byte what Pillow's
 * convert("L") gives. A grey image stays as it is. */
void hl_image_make_grey(hl_image *img);

/* Makes R = G = B of each of n grey pixels. rgb: [3 * n], which may begin where grey does. */
void hl_grey_to_rgb(const uint8_t *grey, size_t n, uint8_t *rgb);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Colour to grey. */
#ifndef HILUM_IMAGE_GREY_H
#define HILUM_IMAGE_GREY_H

#include "image/image.h"

/* Turns an RGB image into its ITU-R 601 luminance, in place and to the byte what Pillow's
 * convert("L") gives. A grey image stays as it is. */
void hl_image_make_grey(hl_image *img);

#endif

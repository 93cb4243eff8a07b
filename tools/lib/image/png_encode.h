/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoding of 8-bit images as PNG, by libpng. */
#ifndef HILUM_IMAGE_PNG_ENCODE_H
#define HILUM_IMAGE_PNG_ENCODE_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdint.h>

/* Appends the PNG file to out. pixels is [height, width, channels], channels 1 (grey) or 3 (RGB).
 * No time and no text is stored: the same pixels give the same bytes. */
int hl_png_encode(hl_strbuf *out, const uint8_t *pixels, size_t height, size_t width, int channels,
                  hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoding of 8-bit images as PNG. */
#ifndef HILUM_IMAGE_PNG_ENCODE_H
#define HILUM_IMAGE_PNG_ENCODE_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdint.h>

/* Appends a PNG file to out. pixels is [height, width, channels], with 1 channel (grey) or 3 (RGB).
 * The file holds neither time nor text: the same pixels give the same bytes. */
int hl_png_encode(hl_strbuf *out, const uint8_t *pixels, size_t height, size_t width, int channels,
                  hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoding of 8-bit images as PNG, by libpng. */
#ifndef HL_PNG_WRITE_H
#define HL_PNG_WRITE_H

#include "error.h"
#include "text.h"

#include <stddef.h>
#include <stdint.h>

/* Appends the PNG file to out. pixels is [height, width, channels], channels 1 (grey) or 3 (RGB).
 * No time and no text is stored: the same pixels give the same bytes. */
int hl_png_encode(hl_text *out, const uint8_t *pixels, size_t height, size_t width, int channels,
                  hl_err *e);

#endif

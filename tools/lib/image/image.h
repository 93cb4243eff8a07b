/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of one image file. Pixels are 8-bit, row-major, [height, width, channels], channels 1
 * (grey) or 3 (RGB). A colour file whose three channels are equal everywhere comes out as grey.
 */
#ifndef HILUM_IMAGE_IMAGE_H
#define HILUM_IMAGE_IMAGE_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct hl_image {
    uint8_t *pixels; /* height * width * channels bytes, owned */
    size_t height, width;
    int channels; /* 1 or 3 */
    /* As the file has it, for who asks what could be told without a look at the picture. */
    size_t file_bytes;
    int file_channels; /* 1 or 3, before equal channels became grey; alpha does not count */
} hl_image;

/* Largest image that is decoded; larger ones are refused before anything is allocated. */
enum { HL_IMAGE_MAX_SIDE = 32768 };
#define HL_IMAGE_MAX_PIXELS ((size_t)1 << 28)

/*
 * Decodes a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive) or PNG (1 to 16 bit,
 * grey, RGB, palette, alpha, interlaced) held in memory. The format is told by content, never by
 * name. EXIF orientation is applied. 16-bit values keep their high byte rounded as
 * (v * 255 + 32767) / 65535; alpha is blended on black. Truncated or damaged data is an error:
 * no guessed pixels. name is for messages.
 */
int hl_image_decode(hl_image *img, const char *name, const void *bytes, size_t len, hl_err *e);

void hl_image_free(hl_image *img);

/* The decoders' libraries, a line for each: name, tab, version; and as hl_cli wants them. */
void hl_image_versions(hl_strbuf *t);
void hl_image_libraries(FILE *fp);

#endif

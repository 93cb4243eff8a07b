/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of JPEG and PNG files in memory. Pixels are 8-bit and row-major, [height, width,
 * channels], with 1 channel (grey) or 3 (RGB). A colour file whose three channels are equal
 * everywhere becomes grey.
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
    /* Properties of the file that may give the class away, for the audit of shortcuts. */
    size_t file_bytes;
    int file_channels; /* 1 or 3, before equal channels became grey; without alpha */
    unsigned remarks;  /* bits of hl_remark (remarks.h) */
} hl_image;

/* Larger images are refused before anything is allocated. */
enum { HL_IMAGE_MAX_SIDE = 32768 };
#define HL_IMAGE_MAX_PIXELS ((size_t)1 << 28)

/*
 * Decodes a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive) or PNG (1 to 16 bit,
 * grey, RGB, palette, alpha, interlaced). The format is recognised from the first bytes, never from
 * the name, which is for messages only. The EXIF orientation is applied. 16-bit values are rounded
 * to 8 bits as (v * 255 + 32767) / 65535; alpha is blended on black. Truncated or damaged data is
 * an error: no pixel is guessed. Damage that leaves the pixels whole is a remark. On failure img is
 * empty.
 */
int hl_image_decode(hl_image *img, const char *name, const void *bytes, size_t len, hl_err *e);

void hl_image_free(hl_image *img);

/* Names and versions of the decoding libraries, one per line, separated by a tab. */
void hl_image_versions(hl_strbuf *t);
/* The same, for `.libraries` of hl_cli. */
void hl_image_libraries(FILE *fp);

#endif

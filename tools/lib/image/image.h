/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of JPEG, PNG and DICOM files in memory. Pixels are 8-bit and row-major, [height, width,
 * channels], with 1 channel (grey) or 3 (RGB). A colour file whose three channels are equal
 * everywhere becomes grey.
 */
#ifndef HILUM_IMAGE_IMAGE_H
#define HILUM_IMAGE_IMAGE_H

#include "base/error.h"
#include "base/strbuf.h"
#include "dicom/picture.h"

#include <stdbool.h>
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
    bool shallow;      /* a PNG of 16 bits that HL_DEPTH_AUTO and HL_DEPTH_FULL read differently */
    int bits;          /* with HL_DEPTH_CONTENT, of 16 from which the pixels were scaled; else 0 */
    int auto_bits;     /* with HL_DEPTH_AUTO they would be these */
    bool windowed;     /* a grey DICOM file, in which hl_window decides */
    double aspect;     /* height of a pixel divided by its width; 0: square */
    /* Instead of pixels, while an image is resized: grey levels that are not rounded. Not owned. */
    const hl_dicom_picture *deep;
} hl_image;

/* How many of the 16 bits of a PNG hold the picture: detectors give 10 to 14, which many programs
 * store as they are, so that the image is nearly black if all 16 count. HL_DEPTH_AUTO takes the
 * number that the file states (sBIT), unless a value is above it. Other files have their own depth
 * whatever is chosen. */
#define HL_DEPTH_WORDS "auto|8|9|10|11|12|13|14|15|16|full"
typedef enum hl_depth {
    HL_DEPTH_AUTO,
    HL_DEPTH_8,
    HL_DEPTH_16 = 9,
    HL_DEPTH_FULL,
    HL_DEPTH_CONTENT /* for comparing images, whatever the choice: as many as the values need if
                        they are 14 or fewer, else 16 */
} hl_depth;
/* One of several words for the same: 16 bits are all of them. */
static inline hl_depth hl_depth_settle(hl_depth chosen)
{
    return chosen == HL_DEPTH_16 ? HL_DEPTH_FULL : chosen;
}
/* The number of bits that were chosen, if they are fewer than all; else 0. */
static inline int hl_depth_bits(hl_depth chosen)
{
    return chosen >= HL_DEPTH_8 && chosen < HL_DEPTH_16 ? 8 + (int)(chosen - HL_DEPTH_8) : 0;
}

/* How files are read that leave it open. */
typedef struct hl_rendition {
    hl_depth depth;   /* of 16-bit PNG */
    hl_window window; /* of DICOM files */
} hl_rendition;

/* Larger images are refused before anything is allocated. */
enum { HL_IMAGE_MAX_SIDE = 32768 };
#define HL_IMAGE_MAX_PIXELS ((size_t)1 << 28)

/*
 * Decodes a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive), a PNG (1 to 16 bit,
 * grey, RGB, palette, alpha, interlaced) or a DICOM file of one frame (dicom/picture.h). The format
 * is recognised from the first bytes, never from the name, which is for messages only. The EXIF
 * orientation is applied. 16-bit values are rounded to 8 bits as (v * 255 + m / 2) / m, m being
 * 2^depth - 1; with a number of bits, a value above m is an error. Alpha is blended on black.
 * Truncated or damaged data is an error: no pixel is guessed. Damage that leaves the pixels whole
 * is a remark. On failure img is empty.
 */
int hl_image_decode_as(hl_image *img, const char *name, const void *bytes, size_t len,
                       const hl_rendition *as, hl_err *e);
/* The same with HL_WINDOW_AUTO. */
int hl_image_decode_depth(hl_image *img, const char *name, const void *bytes, size_t len,
                          hl_depth depth, hl_err *e);
/* And with HL_DEPTH_AUTO. */
int hl_image_decode(hl_image *img, const char *name, const void *bytes, size_t len, hl_err *e);

void hl_image_free(hl_image *img);

/* Names and versions of the decoding libraries, one per line, separated by a tab. */
void hl_image_versions(hl_strbuf *t);
/* The same, for `.libraries` of hl_cli. */
void hl_image_libraries(FILE *fp);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extra bytes before the end marker of a JPEG. Some programs fill a file up. But such bytes can
 * also be the rest of the pixels, where damage made the decoder take fewer bytes than there were.
 * From arbitrary bytes, no decoder can tell. A filler, which repeats a few bytes, can be told
 * apart: the image has to end exactly where the filler begins.
 */
#ifndef HILUM_IMAGE_JPEG_FILLER_H
#define HILUM_IMAGE_JPEG_FILLER_H

#include "image/decoders.h"

/* Decodes a JPEG; every warning of the library is an error, and so is a missing scan. */
typedef int hl_jpeg_decoder(hl_image *img, const hl_source *src, int *orientation, hl_err *e);

/* Decodes a JPEG whose end marker is at this offset, without the filler before it. Fails where the
 * bytes before it are no filler, or the image does not end where they begin; img is empty then,
 * and e may say something else. */
int hl_jpeg_decode_without_filler(hl_image *img, const hl_source *src, size_t end,
                                  hl_jpeg_decoder *decode, int *orientation, hl_err *e);

/* Where the filler before this offset begins; the offset itself where there is none. */
size_t hl_jpeg_filler_start(const uint8_t *bytes, size_t end);

#endif

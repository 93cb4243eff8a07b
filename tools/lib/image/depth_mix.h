/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of images of different depths, as those of several detectors or exports are: files of 8 bits
 * beside PNG of 16 bits, or PNG of 16 bits whose values need different numbers of them.
 *
 *   hl_depth_mix x = {0};
 *   hl_depth_mix_add(&x, img.used_bits); ...
 *   if (hl_depth_mix_describe(&x, &text)) puts(text.data);
 */
#ifndef HILUM_IMAGE_DEPTH_MIX_H
#define HILUM_IMAGE_DEPTH_MIX_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

enum { HL_DEPTH_KINDS = 17 };

typedef struct hl_depth_mix {
    size_t n[HL_DEPTH_KINDS]; /* images by hl_image.used_bits */
} hl_depth_mix;

void hl_depth_mix_add(hl_depth_mix *x, int used_bits);

/* The depth of most images. */
int hl_depth_mix_most(const hl_depth_mix *x);

/* Whether images of this depth are others than most. A file of 8 bits among PNG of 16 always is,
 * and so is the reverse. The bits that values need differ by chance, since dark images need fewer:
 * they have to be 2 more or fewer in at least a twentieth of the PNG of 16 bits. */
bool hl_depth_mix_is_other(const hl_depth_mix *x, int used_bits);

/* Appends "files of 8 bits: 12 of 24 images, PNG of 16 bits with values of 12 bits: 12", where
 * there are others; false where there are none. */
bool hl_depth_mix_describe(const hl_depth_mix *x, hl_strbuf *text);

#endif

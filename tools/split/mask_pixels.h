/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether images are X-rays or masks, from the grey levels of a few of them. */
#ifndef HILUM_SPLIT_MASK_PIXELS_H
#define HILUM_SPLIT_MASK_PIXELS_H

#include <stddef.h>

typedef enum split_pixels {
    SPLIT_PIXELS_UNKNOWN, /* none of them can be read, or all have one grey level */
    SPLIT_PIXELS_GREY,    /* at least one has many grey levels */
    SPLIT_PIXELS_MASK     /* those that can be read have two, apart from traces of compression */
} split_pixels;

/* Reads up to five of the images at paths[0 .. n-1], which are relative to dir, and no more than
 * one if that has many grey levels. */
split_pixels split_look_at_pixels(const char *dir, char *const *paths, size_t n);

/* The path of one of the images with two grey levels, if there is a notable part of them: 3 or more
 * of up to 16 that are read, and others. NULL if there is none. The 16 are pairs of neighbours, so
 * that every other image may be a mask. */
const char *split_find_mask_pixels(const char *dir, char *const *paths, size_t n);

#endif

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

#endif

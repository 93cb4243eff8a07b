/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether images are X-rays or masks, from the grey levels of a few of them. */
#ifndef HILUM_SPLIT_MASK_PIXELS_H
#define HILUM_SPLIT_MASK_PIXELS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum split_pixels {
    SPLIT_PIXELS_UNKNOWN, /* none of them can be read, or all have one grey level */
    SPLIT_PIXELS_GREY,    /* at least one has many grey levels */
    SPLIT_PIXELS_MASK     /* those that can be read have two, apart from traces of compression */
} split_pixels;

/* Reads up to five of the images at paths[0 .. n-1], which are relative to dir, and no more than
 * one if that has many grey levels. */
split_pixels split_look_at_pixels(const char *dir, char *const *paths, size_t n);

typedef struct split_mask_count {
    size_t read, masks, others; /* others: have many grey levels */
    const char *example;        /* path of the first mask; NULL: none */
} split_mask_count;

/* Reads up to 16 of the images, pairs of neighbours, so that every other image may be a mask; and
 * up to 80 where one or two of the 16 look like masks. */
split_mask_count split_count_mask_pixels(const char *dir, char *const *paths, size_t n);

/* Three or a quarter of them, among others. Fewer may be odd X-rays. */
bool split_masks_are_notable(const split_mask_count *c);

#endif

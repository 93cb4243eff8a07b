/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds finished images until their number is known and whether one of them has colours, both of
 * which the header of the result states. It is an unnamed file in TMPDIR (or /tmp), which
 * disappears when the program ends, however it ends.
 */
#ifndef HILUM_PREPROCESS_SPOOL_H
#define HILUM_PREPROCESS_SPOOL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct preprocess_spool {
    FILE *fp;
    size_t pixels;     /* of one image: height * width */
    size_t n;          /* images added */
    size_t at;         /* index of the next image to read */
    uint8_t *channels; /* [n] 1 or 3, as added */
    size_t cap;
    bool colour; /* an image with 3 channels was added */
} preprocess_spool;

/* pixels: of one image. */
int preprocess_spool_open(preprocess_spool *s, size_t pixels, hl_err *e);
/* Adds an image of pixels * channels bytes. */
int preprocess_spool_add(preprocess_spool *s, const uint8_t *image, int channels, hl_err *e);
/* Starts reading at the first image, once all have been added. */
int preprocess_spool_rewind(preprocess_spool *s, hl_err *e);
/* Reads the next image, pixels * channels bytes; with 3 channels, grey becomes R = G = B. Asking
 * for 1 channel of an image with 3 is a bug of the caller. */
int preprocess_spool_next(preprocess_spool *s, uint8_t *image, int channels, hl_err *e);
void preprocess_spool_close(preprocess_spool *s); /* safe on a zeroed one */

#endif

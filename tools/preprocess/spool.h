/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finished images wait here until it is known how many there are and whether one of them has
 * colours: both stand in the header of the result. It is a file without a name in TMPDIR (or
 * /tmp), gone when the program ends, however it ends.
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
    size_t at;         /* next one to be read */
    uint8_t *channels; /* [n] 1 or 3, as added */
    size_t cap;
    bool colour; /* one with 3 channels was added */
} preprocess_spool;

int preprocess_spool_open(preprocess_spool *s, size_t pixels, hl_err *e);
/* pixels * channels bytes. */
int preprocess_spool_add(preprocess_spool *s, const uint8_t *image, int channels, hl_err *e);
/* No more is added: reading starts at the first. */
int preprocess_spool_rewind(preprocess_spool *s, hl_err *e);
/* The next image, pixels * channels bytes; grey becomes R = G = B where channels is 3. To ask for
 * 1 where 3 were added is the caller's mistake. */
int preprocess_spool_next(preprocess_spool *s, uint8_t *image, int channels, hl_err *e);
void preprocess_spool_close(preprocess_spool *s); /* safe on a zeroed one */

#endif

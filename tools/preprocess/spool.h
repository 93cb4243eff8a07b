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

typedef struct hl_spool {
    FILE *fp;
    size_t pixels;     /* of one image: height * width */
    size_t n;          /* images added */
    size_t at;         /* next one to be read */
    uint8_t *channels; /* [n] 1 or 3, as added */
    size_t cap;
    bool colour; /* one with 3 channels was added */
} hl_spool;

int hl_spool_open(hl_spool *s, size_t pixels, hl_err *e);
/* pixels * channels bytes. */
int hl_spool_add(hl_spool *s, const uint8_t *image, int channels, hl_err *e);
/* No more is added: reading starts at the first. */
int hl_spool_rewind(hl_spool *s, hl_err *e);
/* The next image, pixels * channels bytes; grey becomes R = G = B where channels is 3. To ask for
 * 1 where 3 were added is the caller's mistake. */
int hl_spool_next(hl_spool *s, uint8_t *image, int channels, hl_err *e);
void hl_spool_close(hl_spool *s); /* safe on a zeroed one */

#endif

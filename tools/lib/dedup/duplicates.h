/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images that are there more than once: the same file, the same pixels in another file, or nearly
 * the same picture, resized or compressed anew. Every pair of images is looked at: hashes that
 * differ in at most HL_HASH_NEAR of 255 bits make a pair a candidate, thumbs that correlate with at
 * least HL_THUMB_NEAR confirm it. Pairs that share an image make one group.
 */
#ifndef HILUM_DEDUP_DUPLICATES_H
#define HILUM_DEDUP_DUPLICATES_H

#include "base/error.h"
#include "dedup/fingerprint.h"

#include <stddef.h>

/* On 5,216 chest X-rays, copies resized to 0.5 .. 1.5 times the side and compressed with JPEG
 * quality 40 .. 95 had at most 16 bits and at least 0.983; two different X-rays at least 36 bits
 * and at most 0.861, as tests/unit/dedup/test_copies.c measures. */
enum { HL_HASH_NEAR = 40 };
#define HL_THUMB_NEAR 0.95

typedef enum { HL_ALONE, HL_NEAR, HL_SAME_PIXELS, HL_SAME_FILE } hl_likeness;

typedef struct hl_duplicate {
    size_t group; /* the smallest number in the group; the image itself where it is alone */
    size_t other; /* one that it is like, the first with the same file or pixels if there is one */
    hl_likeness likeness; /* to that one */
    double correlation;   /* of the thumbs; 1 where the pixels are the same */
} hl_duplicate;

/* Fills d[0 .. n-1]. Files without a picture are compared by their bytes, empty ones not at all. */
int hl_duplicates_find(hl_duplicate *d, const hl_fingerprint *f, size_t n, int jobs, hl_err *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Duplicates in a set of images: identical files, identical pixels in different files, and near
 * duplicates, which were resized or recompressed. All pairs of images are compared: a pair whose
 * hashes differ in at most HL_HASH_NEAR of 255 bits is a candidate, and is a near duplicate if the
 * correlation of its thumbnails is at least HL_THUMB_NEAR. Pairs with a common image form one
 * group.
 */
#ifndef HILUM_DEDUP_DUPLICATES_H
#define HILUM_DEDUP_DUPLICATES_H

#include "base/error.h"
#include "dedup/fingerprint.h"

#include <stddef.h>

/* Measured on 5,216 chest X-rays (docs/results.md): copies resized to 0.5 to 1.5 times the side
 * and compressed with JPEG quality 40 to 95 differ in at most 16 bits and correlate with at least
 * 0.983; different X-rays differ in at least 36 bits and correlate with at most 0.861. */
enum { HL_HASH_NEAR = 40 };
#define HL_THUMB_NEAR 0.95

typedef enum { HL_ALONE, HL_NEAR, HL_SAME_PIXELS, HL_SAME_FILE } hl_likeness;

typedef struct hl_duplicate {
    size_t group; /* smallest index in the group; its own index if the image has no duplicate */
    size_t other; /* index of its closest duplicate; its own index if there is none */
    hl_likeness likeness; /* to `other` */
    double correlation;   /* of the thumbnails; 1 for identical pixels */
} hl_duplicate;

/* Finds the duplicates among n images: f and d are [n], jobs is the number of threads. Files that
 * cannot be decoded are compared by their bytes; empty files have no duplicates. */
int hl_duplicates_find(hl_duplicate *d, const hl_fingerprint *f, size_t n, int jobs, hl_err *e);

#endif

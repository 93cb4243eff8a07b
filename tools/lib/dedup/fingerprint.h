/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fingerprint of an image file, by which its copies are found. The file is read and decoded
 * once; the fingerprint consists of
 *
 *   file, pixels   SHA-256 of the bytes, and of size and pixels: equal for exact copies
 *   thumb          32 x 32 thumbnail in grey; each pixel is the mean of its area
 *   hash           perceptual hash of 255 bits: which of the lowest 16 x 16 frequencies of the
 *                  thumbnail's cosine transform, the constant one excepted, are above their
 *                  median. Frequency (x, y) is bit 16 y + x; bit 0 is never set.
 *
 * Resized or recompressed copies have similar thumbnails (hl_thumb_correlation) and hashes that
 * differ in few bits (hl_hash_distance).
 */
#ifndef HILUM_DEDUP_FINGERPRINT_H
#define HILUM_DEDUP_FINGERPRINT_H

#include "image/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_THUMB_SIDE = 32, HL_HASH_WORDS = 4 };

/* To be increased with every change of the code that changes fingerprints; it invalidates those in
 * caches (fingerprint_cache.h). */
enum { HL_FINGERPRINT_FORMAT = 4 };

typedef struct hl_fingerprint {
    char *why;  /* why the file cannot be decoded, without its name; NULL if it can. Owned */
    bool read;  /* the file could be read, and `file` is valid */
    bool plain; /* the thumbnail has almost no structure: hash and thumb are meaningless */
    unsigned char file[32], pixels[32];
    size_t file_bytes, height, width; /* valid, as all that follow, if `why` is NULL */
    int file_channels;                /* as in hl_image */
    int bits, auto_bits;              /* likewise, with HL_DEPTH_CONTENT */
    unsigned remarks;                 /* likewise */
    uint64_t sum, squares;            /* of the grey levels, 0 to 255, and of their squares */
    uint64_t hash[HL_HASH_WORDS];
    uint8_t thumb[HL_THUMB_SIDE * HL_THUMB_SIDE];
} hl_fingerprint;

/* Fills all members but why, read and file. The image is converted to grey in place; it was read
 * with HL_DEPTH_CONTENT, so that copies of other depths are found, whatever depth is chosen later.
 */
void hl_fingerprint_make(hl_fingerprint *f, hl_image *img);

/* By how much grey levels are smaller if the image is read with HL_DEPTH_AUTO; 1 for most files. */
double hl_fingerprint_auto_scale(const hl_fingerprint *f);

/* Mean and standard deviation of the grey levels of an image that is read with HL_DEPTH_AUTO; a
 * burned-in marker counts as the largest of the other values (image/depth.c). */
double hl_fingerprint_mean(const hl_fingerprint *f);
double hl_fingerprint_contrast(const hl_fingerprint *f);

/* Number of differing bits. Inline, since it is the inner loop over all pairs of images. */
static inline __attribute__((always_inline)) int hl_hash_distance(const uint64_t *a,
                                                                  const uint64_t *b)
{
    int bits = 0;
    for (int w = 0; w < HL_HASH_WORDS; w++)
        bits += __builtin_popcountll(a[w] ^ b[w]);
    return bits;
}

/* Correlation, from -1 to 1, of the differences between neighbouring pixels of two thumbnails. It
 * compares edges: two chests that are merely bright and dark in the same places are not similar. */
double hl_thumb_correlation(const uint8_t *a, const uint8_t *b);

#endif

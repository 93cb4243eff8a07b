/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tells one image from all others, and from its copies. Each file is read and decoded once:
 *
 *   file, pixels   SHA-256 of the bytes, and of size and pixels: equal for exact copies
 *   thumb          the image in grey, 32 x 32, each pixel the mean of what it stands for
 *   hash           255 bits: the lowest 16 x 16 cosine frequencies of the thumb without the mean,
 *                  each above their median or not. Bit 16 y + x; bit 0 is never set.
 *
 * Copies that were resized or compressed anew have thumbs that are alike (hl_thumb_correlation) and
 * hashes that differ in few bits (hl_hash_distance).
 */
#ifndef HILUM_DEDUP_FINGERPRINT_H
#define HILUM_DEDUP_FINGERPRINT_H

#include "image/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_THUMB_SIDE = 32, HL_HASH_WORDS = 4 };

/* Another number with each change of the code by which the same file gets another fingerprint:
 * those that were kept (print_cache.h) are not taken any more. */
enum { HL_FINGERPRINT_FORMAT = 1 };

typedef struct hl_fingerprint {
    char *why;  /* NULL, or why there is no picture, without the name of the file; owned */
    bool read;  /* the file could be read: `file` holds */
    bool plain; /* the thumb has next to no structure: hash and thumb tell nothing */
    unsigned char file[32], pixels[32];
    size_t file_bytes, height, width; /* from here on only where there is a picture */
    int file_channels;                /* as in hl_image */
    uint64_t sum, squares;            /* of the levels of the grey image, 0 .. 255 */
    uint64_t hash[HL_HASH_WORDS];
    uint8_t thumb[HL_THUMB_SIDE * HL_THUMB_SIDE];
} hl_fingerprint;

/* Fills all but why, read and file from an image, which becomes grey. */
void hl_fingerprint_make(hl_fingerprint *f, hl_image *img);

/* Mean and standard deviation of the levels; only where there is a picture. */
double hl_fingerprint_mean(const hl_fingerprint *f);
double hl_fingerprint_contrast(const hl_fingerprint *f);

/* Number of bits that differ. In the header, for it is the inner loop over all pairs of images. */
static inline __attribute__((always_inline)) int hl_hash_distance(const uint64_t *a,
                                                                  const uint64_t *b)
{
    int bits = 0;
    for (int w = 0; w < HL_HASH_WORDS; w++)
        bits += __builtin_popcountll(a[w] ^ b[w]);
    return bits;
}

/* Correlation of the differences between neighbouring pixels, -1 .. 1: edges decide, so that two
 * chests that merely have bright and dark in the same places do not look alike. */
double hl_thumb_correlation(const uint8_t *a, const uint8_t *b);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hilum's only random number generator, specified so that its choices can be reproduced by other
 * programs:
 *
 *   key   = first 8 bytes, little endian, of SHA-256("hilum\0" seed in decimal "\0" purpose)
 *   x(i)  = mix(key + (i + 1) * 0x9E3779B97F4A7C15), i = 0, 1, 2 ... (SplitMix64, Steele 2014)
 *
 * Streams of different seeds or purposes are independent, and x(i) can be computed for any i alone.
 *
 *   hl_rng r = hl_rng_make(seed, "shuffle");
 *   hl_rng_shuffle(&r, order, n);
 */
#ifndef HILUM_BASE_RNG_H
#define HILUM_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct hl_rng {
    uint64_t state;
} hl_rng;

hl_rng hl_rng_make(uint64_t seed, const char *purpose);
/* The same for a purpose of `len` bytes, which may include NUL. */
hl_rng hl_rng_make_bytes(uint64_t seed, const void *purpose, size_t len);

uint64_t hl_rng_u64(hl_rng *r);                         /* x(i) */
double hl_rng_uniform(hl_rng *r);                       /* [0, 1): top 53 bits times 2^-53 */
double hl_rng_between(hl_rng *r, double lo, double hi); /* lo + (hi - lo) * uniform */
uint64_t hl_rng_below(hl_rng *r, uint64_t bound);       /* [0, bound), unbiased; bound > 0 */
double hl_rng_normal(hl_rng *r); /* mean 0, variance 1 (Box-Muller, cosine half) */
void hl_rng_shuffle(hl_rng *r, uint32_t *items, size_t n); /* Fisher-Yates, from the end */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/rng.h"

#include "base/sha256.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

hl_rng hl_rng_make_bytes(uint64_t seed, const void *purpose, size_t len)
{
    char head[40] = "hilum";
    const size_t n = 7 + (size_t)snprintf(head + 6, sizeof head - 6, "%" PRIu64, seed);
    unsigned char raw[32];
    hl_sha256 *sha = hl_sha256_new();
    hl_sha256_add(sha, head, n);
    hl_sha256_add(sha, purpose, len);
    hl_sha256_end(sha, raw);
    hl_rng r = {0};
    for (int i = 7; i >= 0; i--)
        r.state = r.state << 8 | raw[i];
    return r;
}

hl_rng hl_rng_make(uint64_t seed, const char *purpose)
{
    return hl_rng_make_bytes(seed, purpose, strlen(purpose));
}

uint64_t hl_rng_u64(hl_rng *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double hl_rng_uniform(hl_rng *r)
{
    return (double)(hl_rng_u64(r) >> 11) * 0x1p-53;
}

double hl_rng_between(hl_rng *r, double lo, double hi)
{
    return lo + (hi - lo) * hl_rng_uniform(r);
}

uint64_t hl_rng_below(hl_rng *r, uint64_t bound)
{
    const uint64_t reject = -bound % bound; /* values below 2^64 mod bound would cause a bias */
    for (;;) {
        const uint64_t x = hl_rng_u64(r);
        if (x >= reject)
            return x % bound;
    }
}

double hl_rng_normal(hl_rng *r)
{
    const double radius = sqrt(-2.0 * log(1.0 - hl_rng_uniform(r)));
    return radius * cos(2.0 * 3.14159265358979323846 * hl_rng_uniform(r));
}

void hl_rng_shuffle(hl_rng *r, uint32_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = (size_t)hl_rng_below(r, i);
        const uint32_t swap = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swap;
    }
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/convert.h"

#include "base/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static float f32_of_bits(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint32_t bits_of_f32(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

#define INLINE static inline __attribute__((always_inline))

/* A select without a branch, so that loops vectorise. */
INLINE uint32_t choose(bool first, uint32_t a, uint32_t b)
{
    return b ^ ((a ^ b) & (0u - first));
}

/* IEEE binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. A subnormal number is a fraction
 * of 2^-14: its bits become the fraction of a float32 in [2^-14, 2^-13), from which 2^-14 is
 * subtracted. */
INLINE float f32_of_f16(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000u) << 16, exponent = h & 0x7c00u;
    const uint32_t bits = (uint32_t)(h & 0x7fffu) << 13;
    const uint32_t normal = bits + ((127u - 15) << 23), large = bits + ((255u - 31) << 23);
    const uint32_t small =
        bits_of_f32(f32_of_bits(bits + ((127u - 14) << 23)) - f32_of_bits((127u - 14) << 23));
    return f32_of_bits(sign |
                       choose(exponent == 0, small, choose(exponent == 0x7c00u, large, normal)));
}

INLINE float f32_of_bf16(uint16_t h)
{
    return f32_of_bits((uint32_t)h << 16);
}

/* The upper bits, rounded to nearest, ties to even. */
INLINE uint32_t round_off(uint32_t bits, int shift)
{
    return (bits + (1u << (shift - 1)) - 1 + (bits >> shift & 1)) >> shift;
}

/* Adding 1/2 to a small number rounds it to the precision of a subnormal one. Rounding carries into
 * the exponent, up to infinity, as it should. */
INLINE uint16_t f16_of_f32(float v)
{
    const uint32_t bits = bits_of_f32(v), sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
    const uint32_t normal = round_off(size - ((127u - 15) << 23), 13);
    const uint32_t small = bits_of_f32(f32_of_bits(size) + 0.5F) - bits_of_f32(0.5F);
    const uint32_t large = choose(size > 0x7f800000u, 0x7e00u /* not a number */, 0x7c00u);
    return (uint16_t)(sign | choose(size < (127u - 14) << 23, small,
                                    choose(size >= (127u + 16) << 23, large, normal)));
}

INLINE uint16_t bf16_of_f32(float v)
{
    const uint32_t bits = bits_of_f32(v);
    const bool is_number = (bits & 0x7fffffffu) <= 0x7f800000u;
    return (uint16_t)choose(is_number, round_off(bits, 16), bits >> 16 | 0x40u);
}

HL_FOR_ALL_WIDTHS static void widen_f16(const uint16_t *restrict in, size_t n, float *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = f32_of_f16(in[i]);
}

HL_FOR_ALL_WIDTHS static void narrow_f16(const float *restrict in, size_t n, uint16_t *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = f16_of_f32(in[i]);
}

HL_FOR_ALL_WIDTHS static void narrow_bf16(const float *restrict in, size_t n,
                                          uint16_t *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = bf16_of_f32(in[i]);
}

void hl_to_f32(hl_dtype from, const void *in, size_t n, float *out)
{
    if (from == HL_F32)
        memcpy(out, in, n * sizeof *out);
    else if (from == HL_F16)
        widen_f16(in, n, out);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = f32_of_bf16(((const uint16_t *)in)[i]);
}

void hl_from_f32(hl_dtype to, const float *in, size_t n, void *out)
{
    if (to == HL_F32)
        memcpy(out, in, n * sizeof *in);
    else if (to == HL_F16)
        narrow_f16(in, n, out);
    else
        narrow_bf16(in, n, out);
}

enum { BLOCK = 64 }; /* values compared at a time */

HL_FOR_ALL_WIDTHS static uint32_t largest_of_block(const float *v)
{
    uint32_t most = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        const uint32_t bits =
            bits_of_f32(v[i]) & 0x7fffffffu; /* ordered like the absolute values */
        most = bits > most ? bits : most;
    }
    return most;
}

size_t hl_first_beyond(const float *v, size_t n, float limit)
{
    size_t i = 0;
    while (i + BLOCK <= n && largest_of_block(v + i) < bits_of_f32(limit))
        i += BLOCK;
    while (i < n && fabsf(v[i]) < limit)
        i++;
    return i;
}

bool hl_all_finite(const float *v, size_t n)
{
    return hl_first_beyond(v, n, INFINITY) == n;
}

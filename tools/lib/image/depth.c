/* SPDX-License-Identifier: BSD-2-Clause */
/* 16 bits to 8, where fewer than 16 may hold the picture. */
#include "image/decoders.h"

static uint32_t largest(const uint16_t *in, size_t n, int channels, int colours)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < colours; c++)
            if (in[i * (size_t)channels + (size_t)c] > most)
                most = in[i * (size_t)channels + (size_t)c];
    return most;
}

static uint8_t scale(uint32_t v, uint32_t most)
{
    return (uint8_t)((v * 255 + most / 2) / most);
}

int hl_depth_scale(const hl_source *src, const uint16_t *in, size_t n, int channels, int stated,
                   uint8_t *out, bool *shallow, hl_err *e)
{
    const int colours = channels - (channels % 2 == 0);
    const uint32_t found = largest(in, n, channels, colours);
    const bool chosen = src->depth >= HL_DEPTH_8 && src->depth <= HL_DEPTH_16;
    *shallow = stated < 16 && found > 0 && found >> stated == 0;
    int bits = 16;
    if (chosen)
        bits = 8 + (int)(src->depth - HL_DEPTH_8);
    else if (src->depth == HL_DEPTH_AUTO && *shallow)
        bits = stated;
    const uint32_t most = (1u << bits) - 1;
    if (found > most)
        return hl_fail(e,
                       "%s: expected values of at most %d bits, found %u; choose another --depth "
                       "(DEPTH)",
                       src->name, bits, found);
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++) {
            const size_t at = i * (size_t)channels + (size_t)c;
            out[at] = scale(in[at], c < colours ? most : UINT16_MAX);
        }
    return 0;
}

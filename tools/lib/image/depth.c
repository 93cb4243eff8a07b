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

/* The bits of HL_DEPTH_CONTENT: 15 or 16 are no depth of a detector, but a dark image. */
static int content_bits(uint32_t largest_value)
{
    int bits = 8;
    while (largest_value >> bits)
        bits++;
    return bits <= 14 ? bits : 16;
}

static int choose_bits(hl_image *img, hl_depth depth, uint32_t found, int stated)
{
    img->shallow = stated < 16 && found > 0 && found >> stated == 0;
    const int auto_bits = img->shallow ? stated : 16, chosen = hl_depth_bits(depth);
    if (depth == HL_DEPTH_CONTENT) {
        img->auto_bits = auto_bits;
        return img->bits = content_bits(found);
    }
    if (chosen)
        return chosen;
    return depth == HL_DEPTH_AUTO ? auto_bits : 16;
}

int hl_depth_scale(hl_image *img, const hl_source *src, const uint16_t *in, size_t n, int stated,
                   hl_err *e)
{
    const int channels = img->channels, colours = channels - (channels % 2 == 0);
    const uint32_t found = largest(in, n, channels, colours);
    const int bits = choose_bits(img, src->depth, found, stated);
    const uint32_t most = (1u << bits) - 1;
    if (found > most)
        return hl_fail(e,
                       "%s: expected values of at most %d bits, found %u; choose another --depth "
                       "(DEPTH)",
                       src->name, bits, found);
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++) {
            const size_t at = i * (size_t)channels + (size_t)c;
            img->pixels[at] = scale(in[at], c < colours ? most : UINT16_MAX);
        }
    return 0;
}

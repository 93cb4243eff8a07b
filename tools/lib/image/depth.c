/* SPDX-License-Identifier: BSD-2-Clause */
/* 16 bits to 8, where fewer than 16 may hold the picture. */
#include "image/decoders.h"

/* Values by the number of bits that each needs. */
typedef struct histogram {
    size_t n[17];
    uint32_t largest;
} histogram;

static histogram count(const uint16_t *in, size_t n, int channels, int colours)
{
    histogram h = {0};
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < colours; c++) {
            const uint32_t v = in[i * (size_t)channels + (size_t)c];
            h.n[v ? 32 - __builtin_clz(v) : 0]++;
            h.largest = v > h.largest ? v : h.largest;
        }
    return h;
}

static uint8_t scale(uint32_t v, uint32_t most)
{
    return (uint8_t)(((v < most ? v : most) * 255 + most / 2) / most);
}

/* A detector gives 14 bits at most, so larger values are a dark image of 16 bits, or a marker that
 * a program has burned in. A marker has few pixels, while of a dark image many more are bright; a
 * background of zeros does not count. */
static int used_bits(const histogram *h)
{
    enum { LEAST = 8, DETECTOR = 14, ALL = 16, MARKER = 20 /* one in this many */ };
    size_t above = h->n[ALL] + h->n[ALL - 1], rest = 0;
    int bits = 0;
    for (int b = 1; b <= DETECTOR; b++)
        rest += h->n[b];
    if (above * MARKER > above + rest)
        return ALL;
    for (int b = 1; b <= DETECTOR; b++)
        bits = h->n[b] ? b : bits;
    return bits < LEAST ? LEAST : bits;
}

static int choose_bits(hl_image *img, hl_depth depth, const histogram *h, int stated)
{
    img->shallow = stated < 16 && h->largest > 0 && h->largest >> stated == 0;
    img->used_bits = used_bits(h);
    const int auto_bits = img->shallow ? stated : 16, chosen = hl_depth_bits(depth);
    if (depth == HL_DEPTH_CONTENT) {
        img->auto_bits = auto_bits;
        return img->bits = img->used_bits;
    }
    if (chosen)
        return chosen;
    return depth == HL_DEPTH_AUTO ? auto_bits : 16;
}

int hl_depth_scale(hl_image *img, const hl_source *src, const uint16_t *in, size_t n, int stated,
                   hl_err *e)
{
    const int channels = img->channels, colours = channels - (channels % 2 == 0);
    const histogram h = count(in, n, channels, colours);
    const int bits = choose_bits(img, src->depth, &h, stated);
    const uint32_t most = (1u << bits) - 1;
    if (h.largest > most && src->depth != HL_DEPTH_CONTENT)
        return hl_fail(e,
                       "%s: expected values of at most %d bits, found %u; choose another --depth "
                       "(DEPTH)",
                       src->name, bits, h.largest);
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++) {
            const size_t at = i * (size_t)channels + (size_t)c;
            img->pixels[at] = scale(in[at], c < colours ? most : UINT16_MAX);
        }
    return 0;
}

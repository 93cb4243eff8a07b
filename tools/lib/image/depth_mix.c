/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/depth_mix.h"

#include <stdlib.h>

enum {
    LEAST_DIFFERENCE = 2, /* bits */
    LEAST_FRACTION = 20   /* one image in this many */
};

void hl_depth_mix_add(hl_depth_mix *x, int used_bits)
{
    x->n[used_bits]++;
}

int hl_depth_mix_most(const hl_depth_mix *x)
{
    int most = 0;
    for (int bits = 1; bits < HL_DEPTH_KINDS; bits++)
        if (x->n[bits] > x->n[most])
            most = bits;
    return most;
}

static size_t count_deep(const hl_depth_mix *x)
{
    size_t n = 0;
    for (int bits = 1; bits < HL_DEPTH_KINDS; bits++)
        n += x->n[bits];
    return n;
}

bool hl_depth_mix_is_other(const hl_depth_mix *x, int used_bits)
{
    const int most = hl_depth_mix_most(x);
    if (x->n[used_bits] == 0 || used_bits == most)
        return false;
    return used_bits == 0 || most == 0 ||
           (LEAST_FRACTION * x->n[used_bits] >= count_deep(x) &&
            abs(used_bits - most) >= LEAST_DIFFERENCE);
}

static void put(const hl_depth_mix *x, int bits, size_t all, hl_strbuf *text)
{
    if (bits)
        hl_strbuf_printf(text, "PNG of 16 bits with values of %d bits: %zu", bits, x->n[bits]);
    else
        hl_strbuf_printf(text, "files of 8 bits: %zu", x->n[bits]);
    if (all)
        hl_strbuf_printf(text, " of %zu images", all);
}

bool hl_depth_mix_describe(const hl_depth_mix *x, hl_strbuf *text)
{
    const int most = hl_depth_mix_most(x);
    const size_t len = text->len;
    put(x, most, x->n[0] + count_deep(x), text);
    const size_t first = text->len;
    for (int bits = 0; bits < HL_DEPTH_KINDS; bits++) {
        if (!hl_depth_mix_is_other(x, bits))
            continue;
        hl_strbuf_puts(text, ", ");
        put(x, bits, 0, text);
    }
    const bool found = text->len > first;
    if (!found) {
        text->len = len;
        text->data[len] = '\0';
    }
    return found;
}

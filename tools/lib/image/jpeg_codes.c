/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/jpeg_codes.h"

#include <string.h>

/* A code without its value. */
static hl_jpeg_entry code_entry(const hl_jpeg_codes *t, int length, int symbol)
{
    const int zeros = symbol >> 4, n = symbol & 15;
    if (t->has_ends && n == 0 && zeros != 15)
        return (hl_jpeg_entry)length | (hl_jpeg_entry)HL_ENTRY_END << 24;
    return hl_entry_make(length, n ? HL_ENTRY_CODE_ALONE : HL_ENTRY_WHOLE, (size_t)zeros, n);
}

/* Both in one, where the second begins at the place after the first. */
static hl_jpeg_entry join(hl_jpeg_entry first, hl_jpeg_entry second)
{
    const size_t next = hl_entry_places(first);
    return (hl_jpeg_entry)(hl_entry_length(first) + hl_entry_length(second)) |
           hl_entry_first_place(first) << 8 | (next + hl_entry_first_place(second)) << 16 |
           (next + hl_entry_places(second)) << 24 |
           (hl_jpeg_entry)(uint16_t)hl_entry_first_value(first) << 32 |
           (hl_jpeg_entry)(uint16_t)hl_entry_first_value(second) << 48;
}

/* The bits that are missing below the second one are not looked at if it fits. */
static void join_entries(hl_jpeg_codes *t, const hl_jpeg_entry *single)
{
    for (uint32_t i = 0; i < HL_ENTRIES; i++) {
        const hl_jpeg_entry first = single[i];
        const hl_jpeg_entry second = single[i << hl_entry_length(first) & (HL_ENTRIES - 1)];
        const bool joined = !((first | second) & HL_ENTRY_KINDS) &&
                            hl_entry_places(first) < HL_ENTRY_END &&
                            hl_entry_length(first) + hl_entry_length(second) <= HL_INDEX_BITS;
        t->entries[i] = joined ? join(first, second) : first;
    }
}

static hl_jpeg_entry *repeat(hl_jpeg_entry *to, size_t n, hl_jpeg_entry e)
{
    for (size_t i = 0; i < n; i++)
        to[i] = e;
    return to + n;
}

/* The entries of a code: with each of its values if these fit. */
static void fill_entries(const hl_jpeg_codes *t, uint32_t code, int length, int symbol,
                         hl_jpeg_entry *single)
{
    const int n = symbol & 15, rest = HL_INDEX_BITS - length - n;
    hl_jpeg_entry *to = single + ((size_t)code << (HL_INDEX_BITS - length));
    if (rest < 0 || n == 0) {
        repeat(to, (size_t)1 << (HL_INDEX_BITS - length), code_entry(t, length, symbol));
        return;
    }
    for (uint32_t v = 0; v < 1u << n; v++)
        to = repeat(
            to, (size_t)1 << rest,
            hl_entry_make(length + n, HL_ENTRY_WHOLE, (size_t)(symbol >> 4), hl_jpeg_signed(v, n)));
}

void hl_jpeg_codes_fill(hl_jpeg_codes *t, const JHUFF_TBL *from, bool has_ends)
{
    hl_jpeg_entry single[HL_ENTRIES];
    uint32_t code = 0;
    size_t n = 0;
    repeat(single, HL_ENTRIES, HL_ENTRY_LONGER);
    t->has_ends = has_ends;
    memcpy(t->symbols, from->huffval, sizeof t->symbols);
    for (int length = 1; length <= HL_CODE_BITS; length++, code <<= 1) {
        t->first[length] = (int32_t)n - (int32_t)code;
        for (int i = 0; i < from->bits[length] && n < sizeof t->symbols; i++, code++, n++)
            if (length <= HL_INDEX_BITS)
                fill_entries(t, code, length, t->symbols[n], single);
        t->last[length] = from->bits[length] ? (int32_t)code - 1 : -1;
    }
    if (has_ends)
        join_entries(t, single);
    else
        memcpy(t->entries, single, sizeof single);
}

hl_jpeg_entry hl_jpeg_find_code(const hl_jpeg_codes *t, uint64_t window, int least)
{
    const int32_t next = (int32_t)(window >> (64 - HL_CODE_BITS));
    for (int length = least; length <= HL_CODE_BITS; length++) {
        const int32_t code = next >> (HL_CODE_BITS - length);
        if (code <= t->last[length])
            return code_entry(t, length, t->symbols[(code + t->first[length]) & 255]);
    }
    return HL_ENTRY_LONGER;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Huffman codes of a JPEG file, as a table that gives up to two coefficients at once. For
 * jpeg_huffman.c only.
 *
 *   hl_jpeg_codes_fill(&t, jpeg->ac_huff_tbl_ptrs[0], true);
 *   e = t.entries[next bits];      the bits it takes are hl_entry_length(e)
 */
#ifndef HILUM_IMAGE_JPEG_CODES_H
#define HILUM_IMAGE_JPEG_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

/*
 * Codes are looked up by the next HL_INDEX_BITS bits. Most are so short that the bits of their
 * value are among these, too, and often those of the next coefficient: each look waits for the one
 * before it, so the fewer the better.
 */
enum { HL_INDEX_BITS = 11, HL_ENTRIES = 1 << HL_INDEX_BITS };

enum { HL_CODE_BITS = 16 };

/*
 * The meaning of the next HL_INDEX_BITS bits, in one word so that a look is one load. Without a
 * second coefficient there is one all the same, zero where zero is already.
 *
 *   bits 0 to 5    how many bits it takes
 *   bits 6 and 7   a kind
 *   bits 8 to 15   the first coefficient's place, counted from the next one
 *   bits 16 to 23  the second one's
 *   bits 24 to 31  what comes after both; from HL_ENTRY_END on, the block is complete
 *   bits 32 to 47  the first one's value
 *   bits 48 to 63  the second one's
 */
typedef uint64_t hl_jpeg_entry;

enum {
    HL_ENTRY_WHOLE = 0 << 6,      /* codes and values */
    HL_ENTRY_CODE_ALONE = 1 << 6, /* the value is the number of bits of the value that follows */
    HL_ENTRY_LONGER = 2 << 6,     /* the code has more than HL_INDEX_BITS bits, or there is none */
    HL_ENTRY_KINDS = 3 << 6,
};

enum { HL_ENTRY_END = 128 };

typedef struct hl_jpeg_codes {
    bool has_ends; /* of blocks: not the table of DC coefficients */
    hl_jpeg_entry entries[HL_ENTRIES];
    int32_t last[HL_CODE_BITS + 1];  /* of each length, the largest code; -1 for none */
    int32_t first[HL_CODE_BITS + 1]; /* what is added to a code to give its symbol's index */
    uint8_t symbols[256];
} hl_jpeg_codes;

/* A value of n bits: the upper half are the positive numbers. */
static inline int hl_jpeg_signed(uint32_t v, int n)
{
    return n && v < 1u << (n - 1) ? (int)v - (1 << n) + 1 : (int)v;
}

static inline int hl_entry_length(hl_jpeg_entry e)
{
    return (int)(e & 63);
}

static inline size_t hl_entry_first_place(hl_jpeg_entry e)
{
    return e >> 8 & 255;
}

static inline size_t hl_entry_second_place(hl_jpeg_entry e)
{
    return e >> 16 & 255;
}

static inline size_t hl_entry_places(hl_jpeg_entry e)
{
    return e >> 24 & 255;
}

static inline int hl_entry_first_value(hl_jpeg_entry e)
{
    return (int16_t)(e >> 32);
}

static inline int hl_entry_second_value(hl_jpeg_entry e)
{
    return (int16_t)(e >> 48);
}

static inline hl_jpeg_entry hl_entry_make(int length, unsigned kind, size_t zeros, int value)
{
    const size_t next = zeros + 1;
    return (hl_jpeg_entry)length | kind | zeros << 8 | next << 16 | next << 24 |
           (hl_jpeg_entry)(uint16_t)value << 32;
}

/* has_ends: the table of AC coefficients, one of whose symbols ends a block. libjpeg has checked
 * that the codes fit their lengths. */
void hl_jpeg_codes_fill(hl_jpeg_codes *t, const JHUFF_TBL *from, bool has_ends);

/* The code at the top of window, if it has at least this many bits; HL_ENTRY_LONGER if there is
 * none. Slower than the table. */
hl_jpeg_entry hl_jpeg_find_code(const hl_jpeg_codes *t, uint64_t window, int least);

#endif

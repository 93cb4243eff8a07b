/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/jpeg_huffman.h"

#include "base/mem.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jpegint.h>

/*
 * Codes are looked up by the next INDEX_BITS bits. Most are so short that the bits of their value
 * are among these, too, and often those of the next coefficient: each look waits for the one before
 * it, so the fewer the better.
 */
enum { INDEX_BITS = 10, ENTRIES = 1 << INDEX_BITS };

enum { CODE_BITS = 16, BLOCK = DCTSIZE2 };

/* No block is longer: every coefficient has a code and up to 15 bits of value. */
enum { BLOCK_BYTES = BLOCK * (CODE_BITS + 15) / 8 };

/* The bits of a segment are followed by zeros, for reading a block and eight bytes beyond the end
 * before it is noticed. */
enum { PADDING = BLOCK_BYTES + 16 };

/*
 * The meaning of the next INDEX_BITS bits, in one word so that a look is one load. Without a second
 * coefficient there is one all the same, zero where zero is already.
 *
 *   bits 0 to 5    how many bits it takes
 *   bits 6 and 7   a kind
 *   bits 8 to 15   the first coefficient's place, counted from the next one
 *   bits 16 to 23  the second one's
 *   bits 24 to 31  what comes after both; from END on, the block is complete
 *   bits 32 to 47  the first one's value
 *   bits 48 to 63  the second one's
 */
typedef uint64_t entry;

enum {
    WHOLE = 0 << 6,      /* codes and values */
    CODE_ALONE = 1 << 6, /* the value is the number of bits that follow with the value itself */
    LONGER = 2 << 6,     /* the code has more than INDEX_BITS bits, or there is none */
    KINDS = 3 << 6,
};

enum { END = 128 };

typedef struct table {
    bool has_ends; /* of blocks: not the table of DC coefficients */
    entry entries[ENTRIES];
    int32_t last[CODE_BITS + 1];  /* of each length, the largest code; -1 for none */
    int32_t first[CODE_BITS + 1]; /* what is added to a code to give its symbol's index */
    uint8_t symbols[256];
} table;

/* The next bits, from the highest downwards. */
typedef struct bits {
    uint64_t window;
    int left; /* of the window */
    const uint8_t *next, *end;
} bits;

typedef struct component {
    table dc, ac;
    int previous_dc;
} component;

struct hl_jpeg_huffman {
    struct jpeg_entropy_decoder decoder; /* first: libjpeg knows its address */
    bits bits;
    uint8_t *segment;       /* the bytes between two markers, without those inserted after 0xff */
    size_t mcus;            /* left in the scan */
    size_t mcus_in_segment; /* left in the segment */
    int next_restart;       /* 0 to 7 */
    bool started;
    int ncomponents;
    component components[];
};

/* ---- tables ---- */

/* A value of n bits: the upper half are the positive numbers. */
static inline int signed_value(uint32_t v, int n)
{
    return n && v < 1u << (n - 1) ? (int)v - (1 << n) + 1 : (int)v;
}

static inline int length_of(entry e)
{
    return (int)(e & 63);
}

static inline size_t first_place(entry e)
{
    return e >> 8 & 255;
}

static inline size_t second_place(entry e)
{
    return e >> 16 & 255;
}

static inline size_t places(entry e)
{
    return e >> 24 & 255;
}

static inline int first_value(entry e)
{
    return (int16_t)(e >> 32);
}

static inline int second_value(entry e)
{
    return (int16_t)(e >> 48);
}

static inline entry make_entry(int length, unsigned kind, size_t zeros, int value)
{
    const size_t next = zeros + 1;
    return (entry)length | kind | zeros << 8 | next << 16 | next << 24 |
           (entry)(uint16_t)value << 32;
}

/* A code without its value. */
static entry code_entry(const table *t, int length, int symbol)
{
    const int zeros = symbol >> 4, n = symbol & 15;
    if (t->has_ends && n == 0 && zeros != 15)
        return (entry)length | (entry)END << 24;
    return make_entry(length, n ? CODE_ALONE : WHOLE, (size_t)zeros, n);
}

/* index: the bits that follow, the code at the top. */
static entry index_entry(const table *t, uint32_t index, int length, int symbol)
{
    const int n = symbol & 15, rest = INDEX_BITS - length - n;
    if (rest < 0 || n == 0)
        return code_entry(t, length, symbol);
    const int value = signed_value(index >> rest & ((1u << n) - 1), n);
    return make_entry(length + n, WHOLE, (size_t)(symbol >> 4), value);
}

/* Both in one, where the second begins at the place after the first. */
static entry join(entry first, entry second)
{
    const size_t next = places(first);
    return (entry)(length_of(first) + length_of(second)) | first_place(first) << 8 |
           (next + first_place(second)) << 16 | (next + places(second)) << 24 |
           (entry)(uint16_t)first_value(first) << 32 | (entry)(uint16_t)first_value(second) << 48;
}

/* The bits that are missing below the second one are not looked at if it fits. */
static void join_entries(table *t, const entry *single)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        const entry first = single[i];
        const entry second = single[i << length_of(first) & (ENTRIES - 1)];
        const bool joined = !((first | second) & KINDS) && places(first) < END &&
                            length_of(first) + length_of(second) <= INDEX_BITS;
        t->entries[i] = joined ? join(first, second) : first;
    }
}

static void fill_entries(const table *t, uint32_t code, int length, int symbol, entry *single)
{
    const uint32_t from = code << (INDEX_BITS - length);
    for (uint32_t i = from; i < from + (1u << (INDEX_BITS - length)); i++)
        single[i] = index_entry(t, i, length, symbol);
}

/* libjpeg has checked that the codes fit their lengths. */
static void fill_table(table *t, const JHUFF_TBL *from, bool has_ends)
{
    entry single[ENTRIES];
    uint32_t code = 0;
    size_t n = 0;
    for (size_t i = 0; i < ENTRIES; i++)
        single[i] = LONGER;
    t->has_ends = has_ends;
    memcpy(t->symbols, from->huffval, sizeof t->symbols);
    for (int length = 1; length <= CODE_BITS; length++, code <<= 1) {
        t->first[length] = (int32_t)n - (int32_t)code;
        for (int i = 0; i < from->bits[length] && n < sizeof t->symbols; i++, code++, n++)
            if (length <= INDEX_BITS)
                fill_entries(t, code, length, t->symbols[n], single);
        t->last[length] = from->bits[length] ? (int32_t)code - 1 : -1;
    }
    if (has_ends)
        join_entries(t, single);
    else
        memcpy(t->entries, single, sizeof single);
}

/* ---- bits ---- */

/* Afterwards there are at least 56 of them. */
static inline void refill(bits *b)
{
    uint64_t v;
    memcpy(&v, b->next, sizeof v);
    b->window |= be64toh(v) >> b->left;
    b->next += (63 - b->left) >> 3;
    b->left |= 56;
}

static inline void skip(bits *b, int n)
{
    b->window <<= n;
    b->left -= n;
}

/* The shift by two steps allows n to be 0. */
static inline int take_value(bits *b, int n)
{
    const uint32_t v = (uint32_t)(b->window >> 1 >> (63 - n));
    skip(b, n);
    return signed_value(v, n);
}

static bool is_beyond_end(const bits *b)
{
    return (b->next - b->end) * 8 > b->left;
}

/* ---- blocks ---- */

/* The next code, from a length on; LONGER if there is none. */
static entry find_code(const table *t, uint64_t window, int least)
{
    const int32_t next = (int32_t)(window >> (64 - CODE_BITS));
    for (int length = least; length <= CODE_BITS; length++) {
        const int32_t code = next >> (CODE_BITS - length);
        if (code <= t->last[length])
            return code_entry(t, length, t->symbols[(code + t->first[length]) & 255]);
    }
    return LONGER;
}

static void put_back(bits *b, int n)
{
    const int left = b->left + n, bytes = (left + 7) / 8;
    *b = (bits){.next = b->next - bytes, .end = b->end};
    refill(b);
    skip(b, 8 * bytes - left);
}

static inline entry look_up(const table *t, bits *b)
{
    const entry e = t->entries[b->window >> (64 - INDEX_BITS)];
    skip(b, length_of(e));
    return e;
}

/* What look_up found, if it is not WHOLE yet; it remains LONGER if there is no such code. */
static inline entry complete(entry e, const table *t, bits *b)
{
    refill(b);
    if ((e & KINDS) == LONGER) {
        e = find_code(t, b->window, INDEX_BITS + 1);
        skip(b, length_of(e));
    }
    if ((e & KINDS) != CODE_ALONE)
        return e;
    return make_entry(0, WHOLE, first_place(e), take_value(b, first_value(e)));
}

/* Where the coefficients of a block belong. What is beyond its end goes to the place of the DC
 * coefficient, which is written last: it is either the zero after the end or damage. */
static const uint8_t natural_order[BLOCK + 32] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

static bool decode_dc(const table *t, bits *b, int *previous)
{
    refill(b);
    entry e = look_up(t, b);
    if (e & KINDS)
        e = complete(e, t, b);
    *previous += first_value(e);
    return !(e & KINDS) && *previous >= INT16_MIN && *previous <= INT16_MAX;
}

/* A block whose last coefficient is not zero has no code for its end: where two coefficients were
 * looked up at once, the second may belong to the next block. k: the place of the first. */
static bool end_at_last(const table *t, bits *b, entry e, size_t k)
{
    if (k + first_place(e) != BLOCK - 1)
        return false;
    put_back(b, length_of(e));
    const entry first = find_code(t, b->window, 1);
    skip(b, length_of(first));
    skip(b, first_value(first));
    return true;
}

/* Between two refills, 56 bits are enough for this many looks. */
enum { LOOKS = 56 / INDEX_BITS };

static inline void write_coefficients(JCOEF *block, size_t k, entry e)
{
    block[natural_order[k + first_place(e)]] = (JCOEF)first_value(e);
    block[natural_order[k + second_place(e)]] = (JCOEF)second_value(e);
}

/* block is zero. */
static bool decode_ac(const table *t, bits *from, JCOEF *block)
{
    bits b = *from; /* whose address is not taken, so that it stays in registers */
    size_t k = 1;
    entry e;
    do {
        refill(&b);
#pragma GCC unroll 5
        for (int i = 0; i < LOOKS; i++) {
            e = look_up(t, &b);
            if (__builtin_expect((e & KINDS) != 0, 0)) {
                e = complete(e, t, &b);
                if (e & KINDS)
                    return false;
                write_coefficients(block, k, e);
                k += places(e);
                break;
            }
            write_coefficients(block, k, e);
            k += places(e);
            if (k >= BLOCK)
                break;
        }
    } while (k < BLOCK);
    *from = b;
    const bool is_whole = k == BLOCK || (k >= END && k - END < BLOCK);
    return is_whole || end_at_last(t, from, e, k - places(e));
}

/* ---- segments ---- */

/* Copies the bytes up to the next marker, and leaves the source at it. */
static bool read_segment(hl_jpeg_huffman *h, struct jpeg_source_mgr *src)
{
    const uint8_t *from = src->next_input_byte, *const end = from + src->bytes_in_buffer;
    uint8_t *to = h->segment;
    for (;;) {
        const uint8_t *mark = memchr(from, 0xff, (size_t)(end - from));
        if (!mark || mark + 1 == end)
            return false;
        const size_t n = (size_t)(mark - from) + (mark[1] == 0);
        memcpy(to, from, n);
        to += n;
        from = mark;
        if (mark[1] != 0)
            break;
        from += 2;
    }
    memset(to, 0, PADDING);
    src->next_input_byte = from;
    src->bytes_in_buffer = (size_t)(end - from);
    h->bits = (bits){.next = h->segment, .end = to};
    for (int i = 0; i < h->ncomponents; i++)
        h->components[i].previous_dc = 0;
    return true;
}

static bool is_all_read(const bits *b)
{
    return !is_beyond_end(b) && (b->end - b->next) * 8 + b->left < 8;
}

static bool skip_restart(hl_jpeg_huffman *h, struct jpeg_source_mgr *src)
{
    if (!is_all_read(&h->bits) || src->next_input_byte[1] != JPEG_RST0 + h->next_restart)
        return false;
    src->next_input_byte += 2;
    src->bytes_in_buffer -= 2;
    h->next_restart = (h->next_restart + 1) & 7;
    return true;
}

static bool begin_segment(hl_jpeg_huffman *h, j_decompress_ptr jpeg)
{
    if (h->started && !skip_restart(h, jpeg->src))
        return false;
    h->started = true;
    h->mcus_in_segment = jpeg->restart_interval ? jpeg->restart_interval : h->mcus;
    return read_segment(h, jpeg->src);
}

/* In libjpeg's terms, false is a lack of input: it returns to the caller. */
static boolean decode_mcu(j_decompress_ptr jpeg, JBLOCKROW *blocks)
{
    hl_jpeg_huffman *h = (hl_jpeg_huffman *)jpeg->entropy;
    if (h->mcus_in_segment == 0 && !begin_segment(h, jpeg))
        return FALSE;
    for (int i = 0; i < jpeg->blocks_in_MCU; i++) {
        component *c = &h->components[jpeg->MCU_membership[i]];
        JCOEF *block = *blocks[i];
        if (!decode_dc(&c->dc, &h->bits, &c->previous_dc) || !decode_ac(&c->ac, &h->bits, block) ||
            is_beyond_end(&h->bits))
            return FALSE;
        block[0] = (JCOEF)c->previous_dc;
    }
    h->mcus_in_segment--;
    return --h->mcus > 0 || is_all_read(&h->bits);
}

/* ---- installing ---- */

static bool is_suitable(j_decompress_ptr jpeg)
{
    return !jpeg->progressive_mode && !jpeg->arith_code && !jpeg_has_multiple_scans(jpeg) &&
           jpeg->data_precision == 8 && jpeg->Ss == 0 && jpeg->Se == BLOCK - 1 && jpeg->Ah == 0 &&
           jpeg->Al == 0;
}

hl_jpeg_huffman *hl_jpeg_huffman_install(j_decompress_ptr jpeg)
{
    if (!is_suitable(jpeg))
        return NULL;
    const size_t n = (size_t)jpeg->comps_in_scan;
    hl_jpeg_huffman *h = hl_malloc(1, sizeof *h + n * sizeof *h->components);
    *h = (hl_jpeg_huffman){.ncomponents = jpeg->comps_in_scan};
    for (size_t i = 0; i < n; i++) {
        const jpeg_component_info *c = jpeg->cur_comp_info[i];
        fill_table(&h->components[i].dc, jpeg->dc_huff_tbl_ptrs[c->dc_tbl_no], false);
        fill_table(&h->components[i].ac, jpeg->ac_huff_tbl_ptrs[c->ac_tbl_no], true);
    }
    h->segment = hl_malloc(jpeg->src->bytes_in_buffer + PADDING, 1);
    h->mcus = (size_t)jpeg->MCUs_per_row * jpeg->MCU_rows_in_scan;
    h->decoder = *jpeg->entropy;
    h->decoder.decode_mcu = decode_mcu;
    jpeg->entropy = &h->decoder;
    return h;
}

void hl_jpeg_huffman_free(hl_jpeg_huffman *h)
{
    if (!h)
        return;
    free(h->segment);
    free(h);
}

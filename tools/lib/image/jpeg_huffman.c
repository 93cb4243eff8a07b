/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/jpeg_huffman.h"

#include "base/mem.h"
#include "image/jpeg_codes.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jpegint.h>

enum { BLOCK = DCTSIZE2 };

/* No block is longer: every coefficient has a code and up to 15 bits of value. */
enum { BLOCK_BYTES = BLOCK * (HL_CODE_BITS + 15) / 8 };

/* The bits of a segment are followed by zeros, for reading a block and eight bytes beyond the end
 * before it is noticed. */
enum { PADDING = BLOCK_BYTES + 16 };

/* The next bits, from the highest downwards. */
typedef struct bits {
    uint64_t window;
    int left; /* of the window */
    const uint8_t *next, *end;
} bits;

typedef struct component {
    const hl_jpeg_codes *dc, *ac;
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
    hl_jpeg_codes *dc[NUM_HUFF_TBLS], *ac[NUM_HUFF_TBLS]; /* NULL: no component uses it */
    int ncomponents;
    component components[];
};

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
    return hl_jpeg_signed(v, n);
}

static bool is_beyond_end(const bits *b)
{
    return (b->next - b->end) * 8 > b->left;
}

/* ---- blocks ---- */

static void put_back(bits *b, int n)
{
    const int left = b->left + n, bytes = (left + 7) / 8;
    *b = (bits){.next = b->next - bytes, .end = b->end};
    refill(b);
    skip(b, 8 * bytes - left);
}

static inline hl_jpeg_entry look_up(const hl_jpeg_codes *t, bits *b)
{
    const hl_jpeg_entry e = t->entries[b->window >> (64 - HL_INDEX_BITS)];
    skip(b, hl_entry_length(e));
    return e;
}

/* What look_up found, if it is not HL_ENTRY_WHOLE yet; it remains HL_ENTRY_LONGER if there is no
 * such code. */
static inline hl_jpeg_entry complete(hl_jpeg_entry e, const hl_jpeg_codes *t, bits *b)
{
    refill(b);
    if ((e & HL_ENTRY_KINDS) == HL_ENTRY_LONGER) {
        e = hl_jpeg_find_code(t, b->window, HL_INDEX_BITS + 1);
        skip(b, hl_entry_length(e));
    }
    if ((e & HL_ENTRY_KINDS) != HL_ENTRY_CODE_ALONE)
        return e;
    return hl_entry_make(0, HL_ENTRY_WHOLE, hl_entry_first_place(e),
                         take_value(b, hl_entry_first_value(e)));
}

/* Where the coefficients of a block belong. What is beyond its end goes to the place of the DC
 * coefficient, which is written last: it is either the zero after the end or damage. */
static const uint8_t natural_order[BLOCK + 32] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

static bool decode_dc(const hl_jpeg_codes *t, bits *b, int *previous)
{
    refill(b);
    hl_jpeg_entry e = look_up(t, b);
    if (e & HL_ENTRY_KINDS)
        e = complete(e, t, b);
    *previous += hl_entry_first_value(e);
    return !(e & HL_ENTRY_KINDS) && *previous >= INT16_MIN && *previous <= INT16_MAX;
}

/* A block whose last coefficient is not zero has no code for its end: where two coefficients were
 * looked up at once, the second may belong to the next block. k: the place of the first. */
static bool end_at_last(const hl_jpeg_codes *t, bits *b, hl_jpeg_entry e, size_t k)
{
    if (k + hl_entry_first_place(e) != BLOCK - 1)
        return false;
    put_back(b, hl_entry_length(e));
    const hl_jpeg_entry first = hl_jpeg_find_code(t, b->window, 1);
    skip(b, hl_entry_length(first));
    skip(b, hl_entry_first_value(first));
    return true;
}

/* Between two refills, 56 bits are enough for this many looks. */
enum { LOOKS = 56 / HL_INDEX_BITS };

static inline void write_coefficients(JCOEF *block, size_t k, hl_jpeg_entry e)
{
    block[natural_order[k + hl_entry_first_place(e)]] = (JCOEF)hl_entry_first_value(e);
    block[natural_order[k + hl_entry_second_place(e)]] = (JCOEF)hl_entry_second_value(e);
}

/* block is zero. */
static bool decode_ac(const hl_jpeg_codes *t, bits *from, JCOEF *block)
{
    bits b = *from; /* whose address is not taken, so that it stays in registers */
    size_t k = 1;
    hl_jpeg_entry e;
    do {
        refill(&b);
#pragma GCC unroll 5
        for (int i = 0; i < LOOKS; i++) {
            e = look_up(t, &b);
            if (__builtin_expect((e & HL_ENTRY_KINDS) != 0, 0)) {
                e = complete(e, t, &b);
                if (e & HL_ENTRY_KINDS)
                    return false;
                write_coefficients(block, k, e);
                k += hl_entry_places(e);
                break;
            }
            write_coefficients(block, k, e);
            k += hl_entry_places(e);
            if (k >= BLOCK)
                break;
        }
    } while (k < BLOCK);
    *from = b;
    const bool is_whole = k == BLOCK || (k >= HL_ENTRY_END && k - HL_ENTRY_END < BLOCK);
    return is_whole || end_at_last(t, from, e, k - hl_entry_places(e));
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
        if (!decode_dc(c->dc, &h->bits, &c->previous_dc) || !decode_ac(c->ac, &h->bits, block) ||
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

/* Components may share a table. */
static const hl_jpeg_codes *table_of(hl_jpeg_codes **made, JHUFF_TBL *const *from, int number,
                                     bool has_ends)
{
    if (!made[number]) {
        made[number] = hl_malloc(1, sizeof **made);
        hl_jpeg_codes_fill(made[number], from[number], has_ends);
    }
    return made[number];
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
        h->components[i] = (component){
            .dc = table_of(h->dc, jpeg->dc_huff_tbl_ptrs, c->dc_tbl_no, false),
            .ac = table_of(h->ac, jpeg->ac_huff_tbl_ptrs, c->ac_tbl_no, true),
        };
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
    for (int i = 0; i < NUM_HUFF_TBLS; i++) {
        free(h->dc[i]);
        free(h->ac[i]);
    }
    free(h->segment);
    free(h);
}

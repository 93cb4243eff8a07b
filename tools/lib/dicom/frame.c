/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/frame.h"

#include "base/mem.h"
#include "dicom/codestream.h"
#include "dicom/decoder.h"
#include "dicom/rle.h"

#include <stdlib.h>
#include <string.h>

/* ---- native ---- */

static int read_native(hl_dicom_frame *f, const hl_dicom_layout *l, const hl_dicom_set *s,
                       size_t len, hl_err *e)
{
    const hl_dicom_element *x = &s->found[HL_DICOM_PIXELS];
    /* Bytes in OW are words, too (PS3.5 annex D). */
    f->is_swapped = x->big_endian && (l->allocated == 16 || memcmp(x->vr, "OW", 2) == 0);
    const size_t exact = hl_dicom_layout_bytes(l), left = len - s->pixels_at;
    const size_t expected = exact + (f->is_swapped ? exact % 2 : 0);
    if (x->is_undefined)
        return hl_fail(e, "%s: damaged: pixels that are not compressed, of undefined length",
                       s->name);
    if (x->len < expected || left < expected)
        return hl_fail(e, "%s: truncated: %zu x %zu pixels need %zu bytes, found %zu", s->name,
                       l->rows, l->columns, expected, x->len < left ? x->len : left);
    f->bytes = x->value;
    f->len = x->len < left ? x->len : left;
    return 0;
}

/* ---- compressed ---- */

/* One frame is in all fragments (PS3.5 A.4); the first item is a table of offsets. */
typedef struct codestream {
    const uint8_t *bytes;
    uint8_t *owned;
    size_t len;
} codestream;

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static int next_item(const uint8_t *bytes, size_t len, size_t *at, size_t *item_len, bool *is_end)
{
    if (len - *at < 8)
        return -1;
    const uint32_t tag = get32(bytes + *at), n = get32(bytes + *at + 4);
    *at += 8;
    *is_end = tag == 0xe0ddfffe;
    if (*is_end)
        return 0;
    if (tag != 0xe000fffe || n > len - *at)
        return -1;
    *item_len = n;
    return 0;
}

static void append(codestream *c, const uint8_t *bytes, size_t n, size_t most)
{
    if (!c->bytes) {
        c->bytes = bytes;
        c->len = n;
        return;
    }
    if (!c->owned) { /* as many bytes as all fragments can have */
        c->owned = hl_malloc(most, 1);
        memcpy(c->owned, c->bytes, c->len);
        c->bytes = c->owned;
    }
    memcpy(c->owned + c->len, bytes, n);
    c->len += n;
}

static int join_fragments(codestream *c, const hl_dicom_set *s, const uint8_t *bytes, size_t len,
                          hl_err *e)
{
    size_t at = s->pixels_at, n = 0;
    bool is_end = false;
    *c = (codestream){0};
    if (!s->found[HL_DICOM_PIXELS].is_undefined)
        return hl_fail(e, "%s: damaged: compressed pixels are not in fragments", s->name);
    for (size_t i = 0; !is_end; i++) {
        if (next_item(bytes, len, &at, &n, &is_end)) {
            free(c->owned);
            return hl_fail(e, "%s: truncated: the fragments of the compressed pixels are damaged",
                           s->name);
        }
        if (!is_end && i > 0)
            append(c, bytes + at, n, len - s->pixels_at);
        at += is_end ? 0 : n;
    }
    return c->len ? 0 : hl_fail(e, "%s: the DICOM file has no pixels: no fragment", s->name);
}

static int decode_rle(hl_dicom_frame *f, hl_dicom_layout *l, const hl_dicom_set *s,
                      const codestream *c, hl_err *e)
{
    const size_t pixels = l->rows * l->columns, bytes = (size_t)l->allocated / 8;
    const size_t size = pixels * (size_t)l->samples * bytes;
    if (c->len < 64 || size / 64 > c->len) /* a byte of 2 can hold no more than 128 */
        return hl_fail(e, "%s: truncated: %zu x %zu pixels need more than %zu bytes of RLE",
                       s->name, l->rows, l->columns, c->len);
    f->bytes = f->owned = hl_malloc(size, 1);
    f->len = size;
    l->is_planar = false;
    if (l->photometric == HL_DICOM_YBR_FULL_422) /* a segment has a byte of each pixel */
        l->photometric = HL_DICOM_YBR_FULL;
    if (!hl_dicom_rle_decode(c->bytes, c->len, pixels, (size_t)l->samples, bytes, f->owned))
        return hl_fail(e, "%s: truncated or damaged: RLE of %zu x %zu pixels", s->name, l->rows,
                       l->columns);
    return 0;
}

/* Takes what the codestream says of itself, where that decides. */
static void take_codestream(hl_dicom_layout *l, const hl_dicom_codestream *c, hl_dicom_codec codec)
{
    l->stored = c->precision;
    l->high_bit = c->precision - 1;
    l->allocated = c->precision > 8 ? 16 : 8;
    l->is_planar = false;
    if (codec == HL_DICOM_JPEG_2000) {
        l->is_signed = c->is_signed;
        if (l->photometric == HL_DICOM_YBR_RCT || l->photometric == HL_DICOM_YBR_ICT)
            l->photometric = HL_DICOM_RGB;
    }
    if (l->photometric == HL_DICOM_YBR_FULL_422)
        l->photometric = HL_DICOM_YBR_FULL;
    if (l->samples == 3 && c->said != HL_DICOM_NOT_SAID)
        l->photometric = c->said == HL_DICOM_SAID_RGB ? HL_DICOM_RGB : HL_DICOM_YBR_FULL;
}

static int check_codestream(const hl_dicom_codestream *c, const hl_dicom_layout *l,
                            const char *name, hl_err *e)
{
    if (c->rows != l->rows || c->columns != l->columns)
        return hl_fail(e, "%s: damaged: the header says %zu x %zu pixels, the codestream %zu x %zu",
                       name, l->rows, l->columns, c->rows, c->columns);
    if (c->samples != l->samples)
        return hl_fail(e, "%s: damaged: the header says %d samples per pixel, the codestream %d",
                       name, l->samples, c->samples);
    if (c->precision < 1 || c->precision > 16)
        return hl_fail(e, "%s: expected a codestream of at most 16 bits, found %d", name,
                       c->precision);
    return 0;
}

static int decode_by_codec(hl_dicom_frame *f, hl_dicom_layout *l, const hl_dicom_set *s,
                           const codestream *c, hl_dicom_codec codec, hl_err *e)
{
    static const dc_codec codecs[] = {[HL_DICOM_JPEG] = DC_JPEG,
                                      [HL_DICOM_JPEG_LS] = DC_JPEG_LS,
                                      [HL_DICOM_JPEG_2000] = DC_JPEG_2000};
    hl_dicom_codestream h;
    const bool is_sound = codec == HL_DICOM_JPEG_2000
                              ? hl_dicom_jpeg2000_header(&h, c->bytes, c->len)
                              : hl_dicom_jpeg_header(&h, c->bytes, c->len);
    if (!is_sound)
        return hl_fail(e, "%s: damaged: the header of the codestream cannot be read", s->name);
    if (check_codestream(&h, l, s->name, e))
        return -1;
    take_codestream(l, &h, codec);
    const size_t size = hl_dicom_layout_bytes(l);
    const dc_frame frame = {.codec = codecs[codec],
                            .syntax = s->syntax,
                            .bytes = c->bytes,
                            .len = c->len,
                            .rows = (uint32_t)l->rows,
                            .columns = (uint32_t)l->columns,
                            .samples = (uint32_t)l->samples,
                            .precision = (uint32_t)l->stored,
                            .is_signed = l->is_signed};
    f->len = size;
    return hl_dicom_decode_frame(&frame, &f->bytes, size, s->name, e);
}

static int read_compressed(hl_dicom_frame *f, hl_dicom_layout *l, const hl_dicom_set *s,
                           const uint8_t *bytes, size_t len, hl_err *e)
{
    const hl_dicom_codec codec = hl_dicom_syntax_find(s->syntax)->codec;
    codestream c;
    if (join_fragments(&c, s, bytes, len, e))
        return -1;
    const int status =
        codec == HL_DICOM_RLE ? decode_rle(f, l, s, &c, e) : decode_by_codec(f, l, s, &c, codec, e);
    free(c.owned);
    return status;
}

/* What is read of the frame must be within it, whatever its codec made of the layout. */
static int check_length(const hl_dicom_frame *f, const hl_dicom_layout *l, const char *name,
                        hl_err *e)
{
    const size_t expected = hl_dicom_layout_bytes(l);
    return f->len >= expected ? 0
                              : hl_fail(e, "%s: damaged: expected %zu bytes of pixels, found %zu",
                                        name, expected, f->len);
}

int hl_dicom_frame_read(hl_dicom_frame *f, hl_dicom_layout *l, const hl_dicom_set *s,
                        const uint8_t *bytes, size_t len, hl_err *e)
{
    *f = (hl_dicom_frame){0};
    int status = hl_dicom_syntax_find(s->syntax)->codec == HL_DICOM_NATIVE
                     ? read_native(f, l, s, len, e)
                     : read_compressed(f, l, s, bytes, len, e);
    if (status == 0)
        status = check_length(f, l, s->name, e);
    if (status)
        hl_dicom_frame_free(f);
    return status;
}

void hl_dicom_frame_free(hl_dicom_frame *f)
{
    free(f->owned);
    *f = (hl_dicom_frame){0};
}

/* ---- words ---- */

void hl_dicom_frame_words(const hl_dicom_frame *f, const hl_dicom_layout *l, size_t first, size_t n,
                          uint16_t *out)
{
    if (l->allocated == 16) {
        memcpy(out, f->bytes + 2 * first, 2 * n);
        for (size_t i = 0; f->is_swapped && i < n; i++)
            out[i] = (uint16_t)(out[i] << 8 | out[i] >> 8);
        return;
    }
    const uint8_t *p = f->bytes;
    const size_t swap = f->is_swapped;
    for (size_t i = 0; i < n; i++)
        out[i] = p[(first + i) ^ swap];
}

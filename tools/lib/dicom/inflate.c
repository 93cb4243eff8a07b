/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/inflate.h"

#include "base/mem.h"
#include "dicom/syntax.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { FIRST = 256 << 10, MAX_HEADER = 64 << 20, MAX_REST = 64 << 20 };
#define MAX_PIXELS ((size_t)3 << 29) /* 2^28 pixels of 6 bytes */

bool hl_dicom_is_deflated(const hl_dicom_set *s)
{
    const hl_dicom_syntax *syntax = hl_dicom_syntax_find(s->syntax);
    return syntax && syntax->coding == HL_DICOM_DEFLATED;
}

typedef struct stream {
    z_stream z;
    uint8_t *out;
    size_t len;
    bool is_complete;
} stream;

/* Inflates up to `room` bytes; *made: how many. */
static int inflate_some(stream *s, const char *name, uint8_t *out, size_t room, size_t *made,
                        hl_err *e)
{
    const uInt before = room < INT_MAX ? (uInt)room : INT_MAX;
    s->z.next_out = out;
    s->z.avail_out = before;
    const int status = inflate(&s->z, Z_NO_FLUSH);
    *made = before - s->z.avail_out;
    s->is_complete = status == Z_STREAM_END;
    if (status == Z_BUF_ERROR || (status == Z_OK && s->z.avail_in == 0 && s->z.avail_out > 0))
        return hl_fail(e, "%s: truncated: the deflated data set is not complete", name);
    if (status != Z_OK && !s->is_complete)
        return hl_fail(e, "%s: damaged: the deflated data set cannot be inflated", name);
    return 0;
}

/* Inflates until there are cap bytes, or all. */
static int inflate_to(stream *s, const char *name, size_t cap, hl_err *e)
{
    s->out = hl_realloc(s->out, cap + 1, 1);
    while (s->len < cap && !s->is_complete) {
        size_t made;
        if (inflate_some(s, name, s->out + s->len, cap - s->len, &made, e))
            return -1;
        s->len += made;
    }
    return 0;
}

/* What follows the pixels is of no use, but shows whether the file is complete. */
static int expect_end(stream *s, const char *name, hl_err *e)
{
    uint8_t unused[1 << 15];
    size_t made = 0;
    for (size_t n = 0; !s->is_complete; n += made) {
        if (n > MAX_REST)
            return hl_fail(e, "%s: too large: more than %d MB follow the deflated pixels", name,
                           MAX_REST >> 20);
        if (inflate_some(s, name, unused, sizeof unused, &made, e))
            return -1;
    }
    return 0;
}

/* As much as the elements before the pixels take. */
static int inflate_header(hl_dicom_set *set, stream *s, hl_err *e)
{
    for (size_t cap = FIRST;; cap *= 4) {
        if (inflate_to(s, set->name, cap, e))
            return -1;
        /* How long the data set is shows only at its end. */
        const size_t size = s->is_complete ? s->len : (size_t)1 << 40;
        const int status = hl_dicom_set_read_bare(set, s->out, s->len, size, e);
        if (status <= 0)
            return status;
        if (cap >= MAX_HEADER)
            return hl_fail(e, "%s: the deflated data set has no pixels within its first %d MB",
                           set->name, MAX_HEADER >> 20);
    }
}

static size_t number(const hl_dicom_set *set, int element)
{
    const hl_dicom_element *x = &set->found[element];
    return hl_dicom_words(x) ? hl_dicom_word(x, 0) : 0;
}

/* No more than the image can have: its size is checked before a bomb is inflated. */
static int inflate_pixels(hl_dicom_set *set, stream *s, hl_err *e)
{
    const hl_dicom_element *pixels = &set->found[HL_DICOM_PIXELS];
    if (!pixels->value)
        return 0;
    if (pixels->is_undefined)
        return hl_fail(e, "%s: damaged: deflated pixels of undefined length", set->name);
    const size_t most = number(set, HL_DICOM_ROWS) * number(set, HL_DICOM_COLUMNS) *
                        number(set, HL_DICOM_SAMPLES) * 2;
    const size_t wanted = pixels->len < most ? pixels->len : most;
    if (wanted > MAX_PIXELS)
        return hl_fail(e, "%s: too large: its pixels have %zu bytes", set->name, wanted);
    const size_t end = set->pixels_at + wanted;
    if (end > s->len && inflate_to(s, set->name, end, e))
        return -1;
    if (end > s->len)
        return hl_fail(e, "%s: truncated: (7FE0,0010) has %zu bytes, %zu are left", set->name,
                       pixels->len, s->len - set->pixels_at);
    if (expect_end(s, set->name, e))
        return -1;
    return hl_dicom_set_read_bare(set, s->out, s->len, s->len, e) ? -1 : 0;
}

int hl_dicom_inflate(hl_dicom_set *s, const uint8_t *bytes, size_t len, bool with_pixels,
                     uint8_t **inflated, hl_err *e)
{
    *inflated = NULL;
    if (!hl_dicom_is_deflated(s))
        return 0;
    stream t = {0};
    t.z.next_in = (Bytef *)(uintptr_t)(bytes + s->pixels_at);
    t.z.avail_in = (uInt)(len - s->pixels_at);
    if (inflateInit2(&t.z, -MAX_WBITS) != Z_OK)
        return hl_fail(e, "%s: cannot be inflated: out of memory", s->name);
    int status = inflate_header(s, &t, e);
    if (status == 0 && with_pixels)
        status = inflate_pixels(s, &t, e);
    inflateEnd(&t.z);
    if (status) {
        free(t.out);
        return -1;
    }
    *inflated = t.out;
    return 0;
}

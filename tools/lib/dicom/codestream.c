/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/codestream.h"

#include <string.h>

static size_t get16(const uint8_t *p)
{
    return (size_t)p[0] << 8 | p[1];
}

static size_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

/* ---- JPEG (T.81 annex B, T.87 annex C) ---- */

enum { SOI = 0xd8, SOS = 0xda, APP0 = 0xe0, APP14 = 0xee, SOF55 = 0xf7 };

static bool is_frame_header(int marker)
{
    const bool is_table = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
    return marker == SOF55 || (marker >= 0xc0 && marker <= 0xcf && !is_table);
}

/* A segment without its length. */
static void take_segment(hl_dicom_codestream *c, int marker, const uint8_t *p, size_t n)
{
    if (is_frame_header(marker) && n >= 6) {
        c->precision = p[0];
        c->rows = get16(p + 1);
        c->columns = get16(p + 3);
        c->samples = p[5];
    }
    if (marker == APP14 && n >= 12 && memcmp(p, "Adobe", 5) == 0)
        c->said = p[11] ? HL_DICOM_SAID_YBR : HL_DICOM_SAID_RGB;
    if (marker == APP0 && n >= 5 && memcmp(p, "JFIF", 5) == 0 && c->said == HL_DICOM_NOT_SAID)
        c->said = HL_DICOM_SAID_YBR;
}

bool hl_dicom_jpeg_header(hl_dicom_codestream *c, const uint8_t *bytes, size_t len)
{
    *c = (hl_dicom_codestream){0};
    if (len < 4 || bytes[0] != 0xff || bytes[1] != SOI)
        return false;
    for (size_t at = 2; at + 4 <= len;) {
        if (bytes[at] != 0xff)
            return false;
        const int marker = bytes[at + 1];
        if (marker == 0xff) { /* a fill byte */
            at++;
            continue;
        }
        if (marker == SOS)
            return c->precision > 0;
        const size_t n = get16(bytes + at + 2);
        if (n < 2 || n > len - at - 2)
            return false;
        take_segment(c, marker, bytes + at + 4, n - 2);
        at += 2 + n;
    }
    return false;
}

/* ---- JPEG 2000 (T.800 A.5.1) ---- */

bool hl_dicom_jpeg2000_header(hl_dicom_codestream *c, const uint8_t *bytes, size_t len)
{
    static const uint8_t start[] = {0xff, 0x4f, 0xff, 0x51};
    enum { FIXED = 42, EACH = 3 };
    *c = (hl_dicom_codestream){0};
    if (len < FIXED + EACH || memcmp(bytes, start, sizeof start) != 0)
        return false;
    const size_t right = get32(bytes + 8), bottom = get32(bytes + 12);
    const size_t left = get32(bytes + 16), top = get32(bytes + 20);
    if (right < left || bottom < top)
        return false;
    c->columns = right - left;
    c->rows = bottom - top;
    c->samples = (int)get16(bytes + 40);
    if (c->samples < 1 || len < FIXED + (size_t)c->samples * EACH)
        return false;
    const uint8_t *first = bytes + FIXED;
    for (int i = 0; i < c->samples; i++)
        if (memcmp(first + i * EACH, first, EACH) != 0 || first[1] != 1 || first[2] != 1)
            return false;
    c->precision = (first[0] & 0x7f) + 1;
    c->is_signed = first[0] >> 7;
    return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes DICOM files for tests, right ones and wrong ones.
 *
 *   dicom_file f = dicom_begin("1.2.840.10008.1.2.1");
 *   dicom_text(&f, 0x00280004, "CS", "MONOCHROME2");
 *   dicom_us(&f, 0x00280010, 4);
 *   dicom_bytes(&f, 0x7fe00010, "OW", pixels, sizeof pixels);
 *   put_file("x.dcm", f.t.data, f.t.len);
 *   hl_strbuf_free(&f.t);
 */
#ifndef HILUM_TESTS_UNIT_DICOM_FILE_H
#define HILUM_TESTS_UNIT_DICOM_FILE_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct dicom_file {
    hl_strbuf t;
    bool is_implicit, big_endian;
} dicom_file;

#define DICOM_UNDEFINED 0xffffffffU

static inline void dicom_16(dicom_file *f, uint32_t v)
{
    const uint8_t b[2] = {(uint8_t)v, (uint8_t)(v >> 8)};
    const uint8_t swapped[2] = {b[1], b[0]};
    hl_strbuf_add(&f->t, f->big_endian ? swapped : b, 2);
}

static inline void dicom_32(dicom_file *f, uint32_t v)
{
    dicom_16(f, f->big_endian ? v >> 16 : v & 0xffff);
    dicom_16(f, f->big_endian ? v & 0xffff : v >> 16);
}

/* An element without its value; vr NULL: an item or a delimiter. */
static inline void dicom_header(dicom_file *f, uint32_t tag, const char *vr, uint32_t length)
{
    dicom_16(f, tag >> 16);
    dicom_16(f, tag & 0xffff);
    if (!vr || f->is_implicit) {
        dicom_32(f, length);
        return;
    }
    hl_strbuf_add(&f->t, vr, 2);
    if (strstr("OB OD OF OL OV OW SQ SV UC UN UR UT UV", vr)) {
        dicom_16(f, 0);
        dicom_32(f, length);
    } else {
        dicom_16(f, length);
    }
}

static inline void dicom_bytes(dicom_file *f, uint32_t tag, const char *vr, const void *bytes,
                               size_t len)
{
    dicom_header(f, tag, vr, (uint32_t)(len + len % 2));
    hl_strbuf_add(&f->t, bytes, len);
    if (len % 2)
        hl_strbuf_add(&f->t, strcmp(vr, "UI") == 0 || strcmp(vr, "OB") == 0 ? "" : " ", 1);
}

static inline void dicom_text(dicom_file *f, uint32_t tag, const char *vr, const char *text)
{
    dicom_bytes(f, tag, vr, text, strlen(text));
}

static inline void dicom_us(dicom_file *f, uint32_t tag, uint32_t v)
{
    dicom_header(f, tag, "US", 2);
    dicom_16(f, v);
}

/* Words, in the byte order of the file. */
static inline void dicom_words(dicom_file *f, uint32_t tag, const char *vr, const uint16_t *words,
                               size_t n)
{
    dicom_header(f, tag, vr, (uint32_t)(2 * n));
    for (size_t i = 0; i < n; i++)
        dicom_16(f, words[i]);
}

/* Preamble and group 2; what follows is written as the transfer syntax wants it. */
static inline dicom_file dicom_begin(const char *syntax)
{
    static const char preamble[128];
    dicom_file f = {0};
    hl_strbuf_add(&f.t, preamble, sizeof preamble);
    hl_strbuf_add(&f.t, "DICM", 4);
    dicom_text(&f, 0x00020010, "UI", syntax);
    f.is_implicit = strcmp(syntax, "1.2.840.10008.1.2") == 0;
    f.big_endian = strcmp(syntax, "1.2.840.10008.1.2.2") == 0;
    return f;
}

/* What an image of one channel has before its pixels. */
static inline void dicom_image(dicom_file *f, const char *photometric, unsigned rows,
                               unsigned columns, unsigned allocated, unsigned stored)
{
    dicom_us(f, 0x00280002, 1);
    dicom_text(f, 0x00280004, "CS", photometric);
    dicom_us(f, 0x00280010, rows);
    dicom_us(f, 0x00280011, columns);
    dicom_us(f, 0x00280100, allocated);
    dicom_us(f, 0x00280101, stored);
    dicom_us(f, 0x00280102, stored - 1);
    dicom_us(f, 0x00280103, 0);
}

#endif

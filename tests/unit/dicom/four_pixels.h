/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of DICOM files: an image of 2 x 2 pixels of 12 bits, and what is refused of it. */
#ifndef HILUM_TESTS_UNIT_DICOM_FOUR_PIXELS_H
#define HILUM_TESTS_UNIT_DICOM_FOUR_PIXELS_H

#include "dicom/picture.h"

#include "dicom_file.h"
#include "helpers.h"

#include "base/mem.h"

#define EXPLICIT "1.2.840.10008.1.2.1"
#define BIG_ENDIAN_UID "1.2.840.10008.1.2.2"
#define RLE_UID "1.2.840.10008.1.2.5"

static const hl_window by_itself = {.kind = HL_WINDOW_AUTO};

static inline void refuse(dicom_file *f, const hl_window *w, const char *message)
{
    hl_dicom_picture p;
    hl_err e = {""};
    char *exact = hl_malloc(f->t.len, 1);
    memcpy(exact, f->t.data, f->t.len);
    assert_int_equal(hl_dicom_picture_read(&p, "x", exact, f->t.len, w, &e), -1);
    assert_contains(e.msg, message);
    free(exact);
    hl_strbuf_free(&f->t);
}

static const uint16_t words[] = {0, 100, 200, 400};

static inline dicom_file four_pixels(const char *syntax, const char *photometric)
{
    dicom_file f = dicom_begin(syntax);
    dicom_image(&f, photometric, 2, 2, 16, 12);
    return f;
}

#endif

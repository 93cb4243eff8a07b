/* SPDX-License-Identifier: BSD-2-Clause */
/* How the pixels of a data set are laid out, checked before anything is allocated. */
#ifndef HILUM_DICOM_LAYOUT_H
#define HILUM_DICOM_LAYOUT_H

#include "base/error.h"
#include "dicom/dataset.h"
#include "dicom/syntax.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HL_DICOM_MONOCHROME1,
    HL_DICOM_MONOCHROME2,
    HL_DICOM_PALETTE,
    HL_DICOM_RGB,
    HL_DICOM_YBR_FULL,
    HL_DICOM_YBR_FULL_422, /* one Cb and Cr for two pixels, if native: Y Y Cb Cr */
    HL_DICOM_YBR_RCT,      /* of JPEG 2000, which undoes them itself */
    HL_DICOM_YBR_ICT
} hl_dicom_photometric;

typedef struct hl_dicom_layout {
    size_t rows, columns;
    int samples; /* per pixel, 1 or 3 */
    hl_dicom_photometric photometric;
    bool is_planar; /* all red samples first, then green, then blue */
    int allocated;  /* bits in memory, 8 or 16 */
    int stored;     /* bits that count, the topmost of them high_bit */
    int high_bit;
    bool is_signed;
} hl_dicom_layout;

enum { HL_DICOM_MAX_SIDE = 32768 };
#define HL_DICOM_MAX_PIXELS ((size_t)1 << 28)

/* Fails for whatever is no single radiograph: several frames, detector data, no pixels, sizes and
 * depths that CR, DX and SC do not have, and transfer syntaxes that are not supported. */
int hl_dicom_layout_read(hl_dicom_layout *l, const hl_dicom_set *s, hl_err *e);

/* Bytes of the pixels in memory. */
size_t hl_dicom_layout_bytes(const hl_dicom_layout *l);

static inline bool hl_dicom_is_grey(const hl_dicom_layout *l)
{
    return l->photometric <= HL_DICOM_MONOCHROME2;
}

/* The stored value in a word (PS3.5 8.1.1): bits above and below it may hold anything. */
static inline int32_t hl_dicom_value(const hl_dicom_layout *l, uint32_t word)
{
    const uint32_t mask = (1u << l->stored) - 1;
    const uint32_t v = word >> (l->high_bit + 1 - l->stored) & mask;
    const bool is_negative = l->is_signed && (v >> (l->stored - 1) & 1);
    return is_negative ? (int32_t)v - (int32_t)mask - 1 : (int32_t)v;
}

#endif

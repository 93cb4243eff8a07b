/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is odd about an image file that can be read all the same. A tool counts the files with
 * remarks and warns once, at the end:
 *
 *   hl_remarks r = {0};
 *   hl_remarks_note(&r, file, img.remarks); ...
 *   hl_remarks_warn(&r);
 */
#ifndef HILUM_IMAGE_REMARKS_H
#define HILUM_IMAGE_REMARKS_H

#include "dicom/rendering.h"

#include <stddef.h>

/* Bits of hl_image.remarks. */
typedef enum hl_remark {
    HL_REMARK_EXTRA_BYTES = 1, /* a JPEG with bytes before a marker that belong to nothing */
    HL_REMARK_CHECKSUM = 2,    /* a PNG with a wrong checksum where no pixel depends on it */
    HL_REMARK_CLEAR = 4,       /* every pixel is fully transparent */
    HL_REMARK_DICOM = 8,       /* from here on: those of hl_dicom_remark, times this */
} hl_remark;
enum { HL_REMARKS = 3 + HL_DICOM_REMARKS };

/* A name for tables, and what the remark means; of remark 1 << i. */
const char *hl_remark_word(int i);
const char *hl_remark_text(int i);

typedef struct hl_remarks {
    size_t n[HL_REMARKS];    /* files with each remark */
    char *first[HL_REMARKS]; /* the first of them, owned */
} hl_remarks;

void hl_remarks_note(hl_remarks *r, const char *file, unsigned remarks);
/* A warning for each remark that there is, and frees what r holds. */
void hl_remarks_warn(hl_remarks *r);

#endif

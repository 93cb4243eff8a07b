/* SPDX-License-Identifier: BSD-2-Clause */
/* Deflated data sets (PS3.5 annex A.5): everything after group 2 is one raw deflate stream. */
#ifndef HILUM_DICOM_INFLATE_H
#define HILUM_DICOM_INFLATE_H

#include "dicom/dataset.h"

/* Bytes; far above any radiograph. Longer files are not read. */
#define HL_DICOM_MAX_FILE ((size_t)512 << 20)

bool hl_dicom_is_deflated(const hl_dicom_set *s);

/* Inflates a deflated data set as far as its pixels, or with them, and finds its elements; does
 * nothing for others. bytes: the whole file. s then points into *inflated, which the caller frees;
 * NULL if nothing was inflated. The output is bounded: without pixels to 64 MB, with them to what
 * an image of this size has; 64 MB may follow, which only show that the stream is complete. */
int hl_dicom_inflate(hl_dicom_set *s, const uint8_t *bytes, size_t len, bool with_pixels,
                     uint8_t **inflated, hl_err *e);

#endif

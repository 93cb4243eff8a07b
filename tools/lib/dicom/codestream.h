/* SPDX-License-Identifier: BSD-2-Clause */
/* What a compressed frame says of itself, before a codec sees it. */
#ifndef HILUM_DICOM_CODESTREAM_H
#define HILUM_DICOM_CODESTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How JPEG says that its colours are coded; JPEG 2000 undoes what it did. */
typedef enum { HL_DICOM_NOT_SAID, HL_DICOM_SAID_RGB, HL_DICOM_SAID_YBR } hl_dicom_said;

typedef struct hl_dicom_codestream {
    size_t rows, columns;
    int samples, precision;
    bool is_signed;     /* of JPEG 2000 */
    hl_dicom_said said; /* by a marker of Adobe or JFIF */
} hl_dicom_codestream;

/* Reads the headers of JPEG and JPEG-LS, or of JPEG 2000. False if they are damaged, or the
 * components differ. */
bool hl_dicom_jpeg_header(hl_dicom_codestream *c, const uint8_t *bytes, size_t len);
bool hl_dicom_jpeg2000_header(hl_dicom_codestream *c, const uint8_t *bytes, size_t len);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Transfer syntaxes (PS3.5 annex A): how a data set and its pixels are coded. */
#ifndef HILUM_DICOM_SYNTAX_H
#define HILUM_DICOM_SYNTAX_H

/* How the data set is coded. */
typedef enum {
    HL_DICOM_EXPLICIT,
    HL_DICOM_IMPLICIT,
    HL_DICOM_BIG_ENDIAN,
    HL_DICOM_DEFLATED
} hl_dicom_coding;

/* How the pixels are coded. */
typedef enum {
    HL_DICOM_NATIVE,
    HL_DICOM_RLE,
    HL_DICOM_JPEG,
    HL_DICOM_JPEG_LS,
    HL_DICOM_JPEG_2000, /* also high-throughput JPEG 2000 */
    HL_DICOM_OTHER      /* not supported */
} hl_dicom_codec;

typedef struct hl_dicom_syntax {
    const char *uid, *name;
    hl_dicom_coding coding;
    hl_dicom_codec codec;
} hl_dicom_syntax;

/* NULL for one that is not known. */
const hl_dicom_syntax *hl_dicom_syntax_find(const char *uid);

#endif

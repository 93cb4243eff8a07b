/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/syntax.h"

#include <stddef.h>
#include <string.h>

#define UID(tail) "1.2.840.10008.1.2" tail
#define EXPLICIT(tail, name, codec)                                                                \
    {                                                                                              \
        UID(tail), name, HL_DICOM_EXPLICIT, codec                                                  \
    }

static const hl_dicom_syntax syntaxes[] = {
    {UID(""), "implicit VR little endian", HL_DICOM_IMPLICIT, HL_DICOM_NATIVE},
    {UID(".2"), "explicit VR big endian", HL_DICOM_BIG_ENDIAN, HL_DICOM_NATIVE},
    {UID(".1.99"), "deflated", HL_DICOM_DEFLATED, HL_DICOM_NATIVE},
    EXPLICIT(".1", "explicit VR little endian", HL_DICOM_NATIVE),
    EXPLICIT(".1.98", "encapsulated uncompressed", HL_DICOM_OTHER),
    EXPLICIT(".5", "RLE", HL_DICOM_RLE),
    EXPLICIT(".4.50", "JPEG baseline", HL_DICOM_JPEG),
    EXPLICIT(".4.51", "JPEG extended", HL_DICOM_JPEG),
    EXPLICIT(".4.57", "JPEG lossless", HL_DICOM_JPEG),
    EXPLICIT(".4.70", "JPEG lossless, first-order prediction", HL_DICOM_JPEG),
    /* Retired; the numbers are processes of ISO/IEC 10918-1. */
    EXPLICIT(".4.52", "JPEG extended, 3 and 5", HL_DICOM_OTHER),
    EXPLICIT(".4.53", "JPEG spectral selection, 6 and 8", HL_DICOM_OTHER),
    EXPLICIT(".4.54", "JPEG spectral selection, 7 and 9", HL_DICOM_OTHER),
    EXPLICIT(".4.55", "JPEG full progression, 10 and 12", HL_DICOM_OTHER),
    EXPLICIT(".4.56", "JPEG full progression, 11 and 13", HL_DICOM_OTHER),
    EXPLICIT(".4.58", "JPEG lossless, 15", HL_DICOM_OTHER),
    EXPLICIT(".4.59", "JPEG extended hierarchical, 16 and 18", HL_DICOM_OTHER),
    EXPLICIT(".4.60", "JPEG extended hierarchical, 17 and 19", HL_DICOM_OTHER),
    EXPLICIT(".4.61", "JPEG spectral selection hierarchical, 20 and 22", HL_DICOM_OTHER),
    EXPLICIT(".4.62", "JPEG spectral selection hierarchical, 21 and 23", HL_DICOM_OTHER),
    EXPLICIT(".4.63", "JPEG full progression hierarchical, 24 and 26", HL_DICOM_OTHER),
    EXPLICIT(".4.64", "JPEG full progression hierarchical, 25 and 27", HL_DICOM_OTHER),
    EXPLICIT(".4.65", "JPEG lossless hierarchical, 28", HL_DICOM_OTHER),
    EXPLICIT(".4.66", "JPEG lossless hierarchical, 29", HL_DICOM_OTHER),
    EXPLICIT(".4.80", "JPEG-LS lossless", HL_DICOM_JPEG_LS),
    EXPLICIT(".4.81", "JPEG-LS near-lossless", HL_DICOM_JPEG_LS),
    EXPLICIT(".4.90", "JPEG 2000 lossless", HL_DICOM_JPEG_2000),
    EXPLICIT(".4.91", "JPEG 2000", HL_DICOM_JPEG_2000),
    EXPLICIT(".4.92", "JPEG 2000 multi-component lossless", HL_DICOM_OTHER),
    EXPLICIT(".4.93", "JPEG 2000 multi-component", HL_DICOM_OTHER),
    EXPLICIT(".4.201", "HTJ2K lossless", HL_DICOM_JPEG_2000),
    EXPLICIT(".4.202", "HTJ2K lossless RPCL", HL_DICOM_JPEG_2000),
    EXPLICIT(".4.203", "HTJ2K", HL_DICOM_JPEG_2000),
    EXPLICIT(".4.94", "JPIP, whose pixels are on a server", HL_DICOM_OTHER),
    {UID(".4.95"), "JPIP deflated, whose pixels are on a server", HL_DICOM_DEFLATED,
     HL_DICOM_OTHER},
    EXPLICIT(".4.204", "JPIP HTJ2K, whose pixels are on a server", HL_DICOM_OTHER),
    {UID(".4.205"), "JPIP HTJ2K deflated, whose pixels are on a server", HL_DICOM_DEFLATED,
     HL_DICOM_OTHER},
    EXPLICIT(".4.100", "MPEG-2 video", HL_DICOM_OTHER),
    EXPLICIT(".4.100.1", "MPEG-2 video", HL_DICOM_OTHER),
    EXPLICIT(".4.101", "MPEG-2 video", HL_DICOM_OTHER),
    EXPLICIT(".4.101.1", "MPEG-2 video", HL_DICOM_OTHER),
    EXPLICIT(".4.102", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.102.1", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.103", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.103.1", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.104", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.104.1", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.105", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.105.1", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.106", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.106.1", "MPEG-4 video", HL_DICOM_OTHER),
    EXPLICIT(".4.107", "HEVC video", HL_DICOM_OTHER),
    EXPLICIT(".4.108", "HEVC video", HL_DICOM_OTHER),
    EXPLICIT(".4.110", "JPEG XL lossless", HL_DICOM_OTHER),
    EXPLICIT(".4.111", "JPEG XL", HL_DICOM_OTHER),
    EXPLICIT(".4.112", "JPEG XL", HL_DICOM_OTHER),
    EXPLICIT(".7.1", "SMPTE ST 2110 video", HL_DICOM_OTHER),
    EXPLICIT(".7.2", "SMPTE ST 2110 video", HL_DICOM_OTHER),
    EXPLICIT(".7.3", "SMPTE ST 2110 audio", HL_DICOM_OTHER),
};

const hl_dicom_syntax *hl_dicom_syntax_find(const char *uid)
{
    for (size_t i = 0; i < sizeof syntaxes / sizeof *syntaxes; i++)
        if (strcmp(syntaxes[i].uid, uid) == 0)
            return &syntaxes[i];
    return NULL;
}

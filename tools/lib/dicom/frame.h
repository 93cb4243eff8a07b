/* SPDX-License-Identifier: BSD-2-Clause */
/* The stored words of an image, native or decompressed. */
#ifndef HILUM_DICOM_FRAME_H
#define HILUM_DICOM_FRAME_H

#include "base/error.h"
#include "dicom/dataset.h"
#include "dicom/layout.h"

typedef struct hl_dicom_frame {
    const uint8_t
        *bytes;      /* as the layout says; within the file if it is native, or the decoder's */
    size_t len;      /* of them */
    uint8_t *owned;  /* NULL if bytes are another's */
    bool is_swapped; /* words are big endian */
} hl_dicom_frame;

/* Finds or decompresses the pixels of a data set that is complete in memory. They are valid until
 * the file's bytes are freed, or the next frame is read in this thread. Where a codestream has
 * another depth or colour than the data set states, l becomes as the codestream is. */
int hl_dicom_frame_read(hl_dicom_frame *f, hl_dicom_layout *l, const hl_dicom_set *s,
                        const uint8_t *bytes, size_t len, hl_err *e);
void hl_dicom_frame_free(hl_dicom_frame *f);

/* Words of n pixels of one sample from pixel `first` on, not for HL_DICOM_YBR_FULL_422. */
void hl_dicom_frame_words(const hl_dicom_frame *f, const hl_dicom_layout *l, size_t first, size_t n,
                          uint16_t *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* From stored values to grey levels: padding (C.7.5.1.1.2), Modality LUT (C.11.1), VOI LUT or
 * window (C.11.2), inversion (C.7.6.3.1.2), in this order, in double precision. */
#ifndef HILUM_DICOM_RENDERING_H
#define HILUM_DICOM_RENDERING_H

#include "base/error.h"
#include "dicom/dataset.h"
#include "dicom/layout.h"
#include "dicom/lut.h"
#include "dicom/window.h"

/* Bits: what is odd about a file, or was chosen for it. */
typedef enum {
    HL_DICOM_REMARK_SEVERAL = 1,     /* windows or tables: the first counts */
    HL_DICOM_REMARK_WINDOW = 2,      /* a window that is none: as if it were absent */
    HL_DICOM_REMARK_NARROW = 4,      /* a table of fewer bits than it states */
    HL_DICOM_REMARK_SHAPE = 8,       /* the presentation contradicts MONOCHROME1 or 2 */
    HL_DICOM_REMARK_BURNED_IN = 16,  /* text in the pixels, the file says */
    HL_DICOM_REMARK_CLASS = 32,      /* neither CR, DX nor secondary capture */
    HL_DICOM_REMARK_BODY_PART = 64,  /* neither chest nor thorax nor unknown */
    HL_DICOM_REMARK_PRECISION = 128, /* the codestream has another depth than the header */
} hl_dicom_remark;
enum { HL_DICOM_REMARKS = 8 };

typedef struct hl_dicom_rendering {
    bool has_padding;
    int32_t padding[2]; /* these values and all between them are black */
    hl_dicom_lut modality;
    double scale, offset; /* without a Modality LUT */
    enum {
        HL_DICOM_AS_IS,
        HL_DICOM_RANGE, /* from the least to the largest value */
        HL_DICOM_WINDOW,
        HL_DICOM_TABLE
    } voi;
    hl_dicom_window window;
    hl_dicom_lut table;
    double range[2];
    bool is_inverted;
} hl_dicom_rendering;

/* Reads how a grey image is to be shown. `remarks` gets bits. */
int hl_dicom_rendering_read(hl_dicom_rendering *r, const hl_dicom_set *s, const hl_dicom_layout *l,
                            const hl_window *chosen, unsigned *remarks, hl_err *e);
void hl_dicom_rendering_free(hl_dicom_rendering *r);

bool hl_dicom_is_padding(const hl_dicom_rendering *r, int32_t value);
/* A stored value after the Modality LUT. */
double hl_dicom_modality(const hl_dicom_rendering *r, int32_t value);
/* Takes the range from the words that occur: seen[word] is not 0; n: 256 or 65536. */
void hl_dicom_rendering_set_range(hl_dicom_rendering *r, const hl_dicom_layout *l,
                                  const uint8_t *seen, size_t n);
/* The grey level of a stored value, 0 to 255, not rounded. */
double hl_dicom_grey(const hl_dicom_rendering *r, int32_t value);

#endif

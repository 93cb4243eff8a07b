/* SPDX-License-Identifier: BSD-2-Clause */
/* Colour images to RGB of 8 bits (C.7.6.3.1.2-6). */
#ifndef HILUM_DICOM_COLOUR_H
#define HILUM_DICOM_COLOUR_H

#include "base/error.h"
#include "dicom/frame.h"

/* Converts a frame of PALETTE, RGB or YBR_FULL(_422) to rows * columns * 3 bytes. */
int hl_dicom_colour(const hl_dicom_frame *f, const hl_dicom_layout *l, const hl_dicom_set *s,
                    uint8_t *rgb, hl_err *e);

/* The inverse of YBR_FULL. */
void hl_dicom_ybr_to_rgb(double y, double cb, double cr, uint8_t rgb[3]);

#endif

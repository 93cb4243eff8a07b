/* SPDX-License-Identifier: BSD-2-Clause */
/* Resampling of grey levels of more than 8 bits, for resize.c only. */
#ifndef HILUM_IMAGE_RESIZE_DEEP_H
#define HILUM_IMAGE_RESIZE_DEEP_H

#include "image/resize_taps.h"

/* The region of the input that fills the output, in pixels. Pillow holds it in single precision. */
typedef struct hl_region {
    float left, top, right, bottom;
} hl_region;

/* Resamples a grey picture from its full depth, and rounds once, at the end. */
void hl_resize_deep(const hl_dicom_picture *p, const hl_kernel *f, hl_region from, size_t height,
                    size_t width, uint8_t *out, size_t out_stride);

#endif

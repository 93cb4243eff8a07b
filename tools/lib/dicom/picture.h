/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DICOM file in memory as a picture. Grey levels are at full depth, and rounded once, by whoever
 * is the last to change them.
 *
 *   hl_dicom_picture p;
 *   if (hl_dicom_picture_read(&p, name, bytes, len, &window, &err)) ...
 *   hl_dicom_picture_pixels(&p, pixels);  // 8 bits, rows * columns * channels
 *   hl_dicom_picture_free(&p);
 */
#ifndef HILUM_DICOM_PICTURE_H
#define HILUM_DICOM_PICTURE_H

#include "base/error.h"
#include "dicom/frame.h"
#include "dicom/layout.h"
#include "dicom/window.h"

typedef struct hl_dicom_picture {
    size_t rows, columns;
    int channels;        /* 1, or 3: then pixels of 8 bits are all there is */
    double aspect;       /* height of a pixel divided by its width; the matrix is as stored */
    unsigned remarks;    /* bits of hl_dicom_remark */
    bool has_own_window; /* with HL_WINDOW_AUTO: the file's, not from its values */
    hl_dicom_layout layout;
    hl_dicom_frame frame;
    float *grey;     /* of each word, 0 to 255; owned, as are the following */
    uint8_t *grey_8; /* the same rounded */
    uint8_t *rgb;
    uint8_t *inflated; /* of a deflated file */
} hl_dicom_picture;

/* Reads a picture. bytes must outlive p, which may point into them. A thread has one at a time: the
 * samples of a compressed one are where the next is decoded. */
int hl_dicom_picture_read(hl_dicom_picture *p, const char *name, const void *bytes, size_t len,
                          const hl_window *window, hl_err *e);
void hl_dicom_picture_free(hl_dicom_picture *p);

/* A row of grey levels, 0 to 255 and not rounded, [columns]; of a grey picture. */
void hl_dicom_picture_row(const hl_dicom_picture *p, size_t y, float *out);
/* All pixels in 8 bits, [rows, columns, channels]. */
void hl_dicom_picture_pixels(const hl_dicom_picture *p, uint8_t *out);

#endif

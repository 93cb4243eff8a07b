/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "image/decoders.h"
#include "image/remarks.h"

void hl_dicom_describe(hl_image *img, const hl_dicom_picture *p)
{
    img->height = p->rows;
    img->width = p->columns;
    img->channels = p->channels;
    img->aspect = p->aspect;
    img->windowed = p->channels == 1;
    img->remarks = p->remarks * HL_REMARK_DICOM;
}

/* Nothing in the file turns the matrix. */
int hl_dicom_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e)
{
    hl_dicom_picture p;
    if (hl_dicom_picture_read(&p, src->name, src->bytes, src->len, src->window, e))
        return -1;
    *orientation = 1;
    hl_dicom_describe(img, &p);
    img->pixels = hl_malloc(p.rows * p.columns, (size_t)p.channels);
    hl_dicom_picture_pixels(&p, img->pixels);
    hl_dicom_picture_free(&p);
    return 0;
}

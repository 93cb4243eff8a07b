/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/colour.h"

#include "dicom/lut.h"

#include <math.h>

static uint8_t to_byte(double v)
{
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : floor(v + 0.5));
}

void hl_dicom_ybr_to_rgb(double y, double cb, double cr, uint8_t rgb[3])
{
    /* Of Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B - Y) / 1.772 + 128, Cr = (R - Y) / 1.402 + 128.
     */
    const double b = cb - 128, r = cr - 128;
    rgb[0] = to_byte(y + 1.402 * r);
    rgb[1] = to_byte(y - (0.114 * 1.772 * b + 0.299 * 1.402 * r) / 0.587);
    rgb[2] = to_byte(y + 1.772 * b);
}

/* ---- palettes ---- */

static int convert_palette(const hl_dicom_frame *f, const hl_dicom_layout *l, const hl_dicom_set *s,
                           uint8_t *rgb, hl_err *e)
{
    hl_dicom_lut tables[3] = {0};
    int status = 0;
    if (s->found[HL_DICOM_PALETTE_RED_SEGMENTED].value &&
        !s->found[HL_DICOM_PALETTE_RED_DATA].value)
        return hl_fail(e,
                       "%s: a palette in segments (0028,1221) is not supported: expected its "
                       "entries (0028,1201)",
                       s->name);
    for (int c = 0; c < 3 && status == 0; c++)
        status = hl_dicom_lut_read(&tables[c], s->name, &s->found[HL_DICOM_PALETTE_RED + c],
                                   &s->found[HL_DICOM_PALETTE_RED_DATA + c], l->is_signed, e);
    const size_t n = l->rows * l->columns;
    for (size_t i = 0; i < n && status == 0; i++) {
        uint16_t word;
        hl_dicom_frame_words(f, l, i, 1, &word);
        for (int c = 0; c < 3; c++)
            rgb[3 * i + (size_t)c] = to_byte(hl_dicom_lut_at(&tables[c], hl_dicom_value(l, word)) *
                                             255.0 / ((1 << tables[c].bits) - 1));
    }
    for (int c = 0; c < 3; c++)
        hl_dicom_lut_free(&tables[c]);
    return status;
}

/* ---- RGB and YBR ---- */

static uint16_t sample_at(const hl_dicom_frame *f, const hl_dicom_layout *l, size_t pixel, size_t c)
{
    uint16_t word;
    const size_t n = l->rows * l->columns;
    hl_dicom_frame_words(f, l, l->is_planar ? c * n + pixel : 3 * pixel + c, 1, &word);
    return word;
}

static void convert_samples(const hl_dicom_frame *f, const hl_dicom_layout *l, uint8_t *rgb)
{
    const size_t n = l->rows * l->columns;
    const double most = (1 << l->stored) - 1;
    for (size_t i = 0; i < n; i++) {
        double v[3];
        for (size_t c = 0; c < 3; c++)
            v[c] = hl_dicom_value(l, sample_at(f, l, i, c)) * 255.0 / most;
        if (l->photometric == HL_DICOM_YBR_FULL)
            hl_dicom_ybr_to_rgb(v[0], v[1], v[2], rgb + 3 * i);
        else
            for (int c = 0; c < 3; c++)
                rgb[3 * i + (size_t)c] = to_byte(v[c]);
    }
}

/* Two pixels are Y Y Cb Cr. A row of odd length ends within a pair. */
static void convert_pairs(const hl_dicom_frame *f, const hl_dicom_layout *l, uint8_t *rgb)
{
    const size_t pairs = (l->columns + 1) / 2, swap = f->is_swapped;
    for (size_t y = 0; y < l->rows; y++)
        for (size_t x = 0; x < l->columns; x++) {
            const size_t at = (y * pairs + x / 2) * 4;
            hl_dicom_ybr_to_rgb(f->bytes[(at + x % 2) ^ swap], f->bytes[(at + 2) ^ swap],
                                f->bytes[(at + 3) ^ swap], rgb + 3 * (y * l->columns + x));
        }
}

int hl_dicom_colour(const hl_dicom_frame *f, const hl_dicom_layout *l, const hl_dicom_set *s,
                    uint8_t *rgb, hl_err *e)
{
    if (l->photometric == HL_DICOM_PALETTE)
        return convert_palette(f, l, s, rgb, e);
    if (l->photometric == HL_DICOM_YBR_FULL_422)
        convert_pairs(f, l, rgb);
    else
        convert_samples(f, l, rgb);
    return 0;
}

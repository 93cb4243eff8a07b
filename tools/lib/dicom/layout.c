/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/layout.h"

#include <stdio.h>
#include <string.h>

static int number_of(const hl_dicom_set *s, int element, int absent)
{
    const hl_dicom_element *x = &s->found[element];
    return hl_dicom_words(x) ? hl_dicom_word(x, 0) : absent;
}

static const char *const photometrics[] = {
    [HL_DICOM_MONOCHROME1] = "MONOCHROME1", [HL_DICOM_MONOCHROME2] = "MONOCHROME2",
    [HL_DICOM_PALETTE] = "PALETTE COLOR",   [HL_DICOM_RGB] = "RGB",
    [HL_DICOM_YBR_FULL] = "YBR_FULL",       [HL_DICOM_YBR_FULL_422] = "YBR_FULL_422",
    [HL_DICOM_YBR_RCT] = "YBR_RCT",         [HL_DICOM_YBR_ICT] = "YBR_ICT",
};

static int read_photometric(hl_dicom_layout *l, const hl_dicom_set *s, hl_err *e)
{
    char found[65] = "";
    hl_dicom_component(&s->found[HL_DICOM_PHOTOMETRIC], 0, found, sizeof found);
    for (size_t i = 0; i < sizeof photometrics / sizeof *photometrics; i++)
        if (strcmp(photometrics[i], found) == 0) {
            l->photometric = (hl_dicom_photometric)i;
            return 0;
        }
    if (!*found)
        return hl_fail(e, "%s: the DICOM file states no photometric interpretation (0028,0004)",
                       s->name);
    return hl_fail(e,
                   "%s: expected a photometric interpretation (0028,0004) of MONOCHROME1, "
                   "MONOCHROME2, PALETTE COLOR, RGB or YBR, found %s",
                   s->name, hl_dicom_quotable(found));
}

static int check_size(const hl_dicom_layout *l, const hl_dicom_set *s, hl_err *e)
{
    if (!hl_dicom_is_there(&s->found[HL_DICOM_ROWS]) ||
        !hl_dicom_is_there(&s->found[HL_DICOM_COLUMNS]))
        return hl_fail(e, "%s: the DICOM file has no image: no Rows (0028,0010) or Columns",
                       s->name);
    if (l->rows == 0 || l->columns == 0)
        return hl_fail(e, "%s: empty image: %zu x %zu pixels", s->name, l->rows, l->columns);
    if (l->rows > HL_DICOM_MAX_SIDE || l->columns > HL_DICOM_MAX_SIDE)
        return hl_fail(e, "%s: too large: expected sides of at most %d pixels, found %zu x %zu",
                       s->name, HL_DICOM_MAX_SIDE, l->rows, l->columns);
    if (l->rows * l->columns > HL_DICOM_MAX_PIXELS)
        return hl_fail(e, "%s: too large: expected at most %zu pixels, found %zu x %zu", s->name,
                       HL_DICOM_MAX_PIXELS, l->rows, l->columns);
    return 0;
}

/* Type 1 in every image (C.7.6.3): what is absent is not guessed. */
static int check_stated(const hl_dicom_set *s, hl_err *e)
{
    static const struct {
        int element;
        const char *name;
    } required[] = {{HL_DICOM_SAMPLES, "SamplesPerPixel (0028,0002)"},
                    {HL_DICOM_BITS_ALLOCATED, "BitsAllocated (0028,0100)"},
                    {HL_DICOM_BITS_STORED, "BitsStored (0028,0101)"},
                    {HL_DICOM_SIGNED, "PixelRepresentation (0028,0103)"}};
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (!hl_dicom_words(&s->found[required[i].element]))
            return hl_fail(e, "%s: damaged: the DICOM file states no %s", s->name,
                           required[i].name);
    return 0;
}

static int check_bits(const hl_dicom_layout *l, const char *name, hl_err *e)
{
    const bool is_grey = l->photometric <= HL_DICOM_PALETTE;
    if (l->samples != (is_grey ? 1 : 3))
        return hl_fail(e, "%s: expected %d samples per pixel (%s), found %d", name, is_grey ? 1 : 3,
                       photometrics[l->photometric], l->samples);
    if (l->allocated != 8 && l->allocated != 16)
        return hl_fail(e, "%s: expected 8 or 16 bits allocated, found %d", name, l->allocated);
    if (l->stored < 1 || l->stored > l->allocated)
        return hl_fail(e, "%s: expected 1 to %d bits stored, found %d", name, l->allocated,
                       l->stored);
    if (l->high_bit < l->stored - 1 || l->high_bit >= l->allocated)
        return hl_fail(e, "%s: expected a high bit from %d to %d, found %d", name, l->stored - 1,
                       l->allocated - 1, l->high_bit);
    return 0;
}

/* CR and DX are single-frame (A.2, A.26). An empty number is as none. */
static int check_frames(const hl_dicom_set *s, hl_err *e)
{
    const hl_dicom_element *x = &s->found[HL_DICOM_FRAMES];
    char text[65];
    double n;
    if (!hl_dicom_component(x, 0, text, sizeof text) || (hl_dicom_number(x, 0, &n) && n == 1))
        return 0;
    return hl_fail(e, "%s: expected a number of frames of 1, found %s: a radiograph is one image",
                   s->name, hl_dicom_quotable(text));
}

static int check_kind(const hl_dicom_set *s, hl_err *e)
{
    const hl_dicom_syntax *syntax = hl_dicom_syntax_find(s->syntax);
    if (hl_dicom_text_is(&s->found[HL_DICOM_MEDIA_SOP_CLASS], "1.2.840.10008.1.3.10"))
        return hl_fail(e, "%s: is a DICOMDIR, an index of other files, and no image", s->name);
    if (hl_dicom_text_is(&s->found[HL_DICOM_INTENT], "FOR PROCESSING") ||
        hl_dicom_text_is(&s->found[HL_DICOM_SOP_CLASS], "1.2.840.10008.5.1.4.1.1.1.1.1"))
        return hl_fail(e,
                       "%s: detector data (FOR PROCESSING): expected an image FOR PRESENTATION, as "
                       "the same examination has",
                       s->name);
    if (!syntax || syntax->codec == HL_DICOM_OTHER)
        return hl_dicom_refuse_syntax(s, e);
    return check_frames(s, e);
}

/* These two are of JPEG 2000 codestreams alone (C.7.6.3.1.2). */
static int check_transform(const hl_dicom_layout *l, const hl_dicom_set *s, hl_err *e)
{
    const hl_dicom_syntax *syntax = hl_dicom_syntax_find(s->syntax);
    const bool is_transform =
        l->photometric == HL_DICOM_YBR_RCT || l->photometric == HL_DICOM_YBR_ICT;
    if (!is_transform || syntax->codec == HL_DICOM_JPEG_2000)
        return 0;
    return hl_fail(e, "%s: damaged: photometric interpretation %s: expected JPEG 2000, found %s",
                   s->name, photometrics[l->photometric], syntax->name);
}

int hl_dicom_layout_read(hl_dicom_layout *l, const hl_dicom_set *s, hl_err *e)
{
    *l = (hl_dicom_layout){.rows = (size_t)number_of(s, HL_DICOM_ROWS, 0),
                           .columns = (size_t)number_of(s, HL_DICOM_COLUMNS, 0),
                           .samples = number_of(s, HL_DICOM_SAMPLES, 0),
                           .is_planar = number_of(s, HL_DICOM_PLANAR, 0) == 1,
                           .allocated = number_of(s, HL_DICOM_BITS_ALLOCATED, 0)};
    l->stored = number_of(s, HL_DICOM_BITS_STORED, 0);
    l->high_bit = number_of(s, HL_DICOM_HIGH_BIT, l->stored - 1);
    const int sign = number_of(s, HL_DICOM_SIGNED, 0);
    l->is_signed = sign == 1;
    if (check_kind(s, e))
        return -1;
    if (!s->found[HL_DICOM_PIXELS].value)
        return hl_fail(e, "%s: the DICOM file has no pixels (7FE0,0010)", s->name);
    if (check_size(l, s, e) || check_stated(s, e) || read_photometric(l, s, e) ||
        check_bits(l, s->name, e))
        return -1;
    if (sign > 1)
        return hl_fail(e, "%s: expected pixel representation 0 or 1, found %d", s->name, sign);
    if (l->photometric >= HL_DICOM_YBR_FULL && l->allocated != 8)
        return hl_fail(e, "%s: expected 8 bits of %s, found %d", s->name,
                       photometrics[l->photometric], l->allocated);
    return check_transform(l, s, e);
}

size_t hl_dicom_layout_bytes(const hl_dicom_layout *l)
{
    const size_t pixels = l->rows * l->columns;
    if (l->photometric == HL_DICOM_YBR_FULL_422) /* two bytes a pixel, by pairs */
        return l->rows * ((l->columns + 1) / 2) * 4;
    return pixels * (size_t)l->samples * (size_t)(l->allocated / 8);
}

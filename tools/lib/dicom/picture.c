/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/picture.h"

#include "base/mem.h"
#include "dicom/colour.h"
#include "dicom/inflate.h"
#include "dicom/rendering.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t word_count(const hl_dicom_layout *l)
{
    return (size_t)1 << l->allocated;
}

/* ---- grey ---- */

static void find_words(const hl_dicom_picture *p, uint8_t *seen)
{
    uint16_t row[HL_DICOM_MAX_SIDE];
    for (size_t y = 0; y < p->rows; y++) {
        hl_dicom_frame_words(&p->frame, &p->layout, y * p->columns, p->columns, row);
        for (size_t x = 0; x < p->columns; x++)
            seen[row[x]] = 1;
    }
}

static void set_grey(hl_dicom_picture *p, size_t word, double y)
{
    p->grey[word] = (float)y;
    p->grey_8[word] = (uint8_t)floor(y + 0.5);
}

static void make_all_entries(hl_dicom_picture *p, const hl_dicom_rendering *r)
{
    const hl_dicom_layout *l = &p->layout;
    const size_t words = word_count(l), values = (size_t)1 << l->stored;
    const int32_t least = l->is_signed ? -(int32_t)(values / 2) : 0;
    double *of_value = hl_malloc(values, sizeof *of_value);
    for (size_t i = 0; i < values; i++)
        of_value[i] = hl_dicom_grey(r, least + (int32_t)i);
    for (size_t word = 0; word < words; word++)
        set_grey(p, word, of_value[hl_dicom_value(l, (uint32_t)word) - least]);
    free(of_value);
}

/* Of an image that has fewer pixels than there are entries, those that it needs. */
static void make_used_entries(hl_dicom_picture *p, const hl_dicom_rendering *r)
{
    uint16_t row[HL_DICOM_MAX_SIDE];
    for (size_t y = 0; y < p->rows; y++) {
        hl_dicom_frame_words(&p->frame, &p->layout, y * p->columns, p->columns, row);
        for (size_t x = 0; x < p->columns; x++)
            set_grey(p, row[x], hl_dicom_grey(r, hl_dicom_value(&p->layout, row[x])));
    }
}

static void make_tables(hl_dicom_picture *p, const hl_dicom_rendering *r)
{
    const size_t words = word_count(&p->layout);
    p->grey = hl_calloc(words, sizeof *p->grey);
    p->grey_8 = hl_calloc(words, 1);
    if (p->rows * p->columns < words)
        make_used_entries(p, r);
    else
        make_all_entries(p, r);
}

static int read_grey(hl_dicom_picture *p, const hl_dicom_set *s, const hl_window *window, hl_err *e)
{
    hl_dicom_rendering r;
    if (hl_dicom_rendering_read(&r, s, &p->layout, window, &p->remarks, e))
        return -1;
    p->has_own_window = r.voi == HL_DICOM_WINDOW || r.voi == HL_DICOM_TABLE;
    if (r.voi == HL_DICOM_RANGE && window->kind != HL_WINDOW_FULL) {
        uint8_t *seen = hl_calloc(word_count(&p->layout), 1);
        find_words(p, seen);
        hl_dicom_rendering_set_range(&r, &p->layout, seen, word_count(&p->layout));
        free(seen);
    }
    make_tables(p, &r);
    hl_dicom_rendering_free(&r);
    return 0;
}

/* ---- what the file says besides ---- */

static double aspect_of(const hl_dicom_set *s)
{
    static const int sources[] = {HL_DICOM_ASPECT, HL_DICOM_SPACING, HL_DICOM_IMAGER_SPACING,
                                  HL_DICOM_SCANNED_SPACING};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const hl_dicom_element *x = &s->found[sources[i]];
        double vertical, horizontal;
        if (hl_dicom_number(x, 0, &vertical) && hl_dicom_number(x, 1, &horizontal) &&
            vertical > 0 && horizontal > 0 && vertical / horizontal < 100 &&
            horizontal / vertical < 100)
            return vertical / horizontal;
    }
    return 1;
}

static bool is_radiograph(const hl_dicom_element *class)
{
    static const char *const classes[] = {"1", "1.1", "7", "7.1", "7.2", "7.3", "7.4"};
    static const char stem[] = "1.2.840.10008.5.1.4.1.1.";
    char found[65];
    if (!hl_dicom_component(class, 0, found, sizeof found) ||
        strncmp(found, stem, sizeof stem - 1) != 0)
        return false;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(found + sizeof stem - 1, classes[i]) == 0)
            return true;
    return false;
}

static unsigned remarks_of(const hl_dicom_set *s)
{
    const hl_dicom_element *part = &s->found[HL_DICOM_BODY_PART];
    char text[65];
    unsigned remarks = 0;
    if (hl_dicom_text_is(&s->found[HL_DICOM_BURNED_IN], "YES"))
        remarks |= HL_DICOM_REMARK_BURNED_IN;
    if (!is_radiograph(&s->found[HL_DICOM_SOP_CLASS]))
        remarks |= HL_DICOM_REMARK_CLASS;
    if (hl_dicom_component(part, 0, text, sizeof text) && strcmp(text, "CHEST") != 0 &&
        strcmp(text, "THORAX") != 0)
        remarks |= HL_DICOM_REMARK_BODY_PART;
    return remarks;
}

/* ---- both ---- */

static int read_pixels(hl_dicom_picture *p, const hl_dicom_set *s, const uint8_t *bytes,
                       const hl_window *window, hl_err *e)
{
    const int stored = p->layout.stored;
    if (hl_dicom_frame_read(&p->frame, &p->layout, s, bytes, s->size, e))
        return -1;
    if (p->layout.stored != stored)
        p->remarks |= HL_DICOM_REMARK_PRECISION;
    if (hl_dicom_is_grey(&p->layout))
        return read_grey(p, s, window, e);
    p->channels = 3;
    p->rgb = hl_malloc(p->rows * p->columns, 3);
    return hl_dicom_colour(&p->frame, &p->layout, s, p->rgb, e);
}

static int read_set(hl_dicom_picture *p, hl_dicom_set *s, const uint8_t *bytes, size_t len,
                    const hl_window *window, hl_err *e)
{
    if (hl_dicom_is_deflated(s)) {
        if (hl_dicom_inflate(s, bytes, len, true, &p->inflated, e))
            return -1;
        bytes = p->inflated;
    }
    if (hl_dicom_layout_read(&p->layout, s, e))
        return -1;
    if (!p->inflated && hl_dicom_set_check_rest(s, bytes, len, e))
        return -1;
    p->rows = p->layout.rows;
    p->columns = p->layout.columns;
    p->channels = 1;
    p->aspect = aspect_of(s);
    p->remarks = remarks_of(s);
    return read_pixels(p, s, bytes, window, e);
}

int hl_dicom_picture_read(hl_dicom_picture *p, const char *name, const void *bytes, size_t len,
                          const hl_window *window, hl_err *e)
{
    *p = (hl_dicom_picture){0};
    hl_dicom_set s;
    if (hl_dicom_set_read(&s, name, bytes, len, len, e) == 0 &&
        read_set(p, &s, bytes, len, window, e) == 0)
        return 0;
    hl_dicom_picture_free(p);
    return -1;
}

void hl_dicom_picture_free(hl_dicom_picture *p)
{
    hl_dicom_frame_free(&p->frame);
    free(p->grey);
    free(p->grey_8);
    free(p->rgb);
    free(p->inflated);
    *p = (hl_dicom_picture){0};
}

void hl_dicom_picture_row(const hl_dicom_picture *p, size_t y, float *out)
{
    uint16_t row[HL_DICOM_MAX_SIDE];
    hl_dicom_frame_words(&p->frame, &p->layout, y * p->columns, p->columns, row);
    for (size_t x = 0; x < p->columns; x++)
        out[x] = p->grey[row[x]];
}

void hl_dicom_picture_pixels(const hl_dicom_picture *p, uint8_t *out)
{
    uint16_t row[HL_DICOM_MAX_SIDE];
    if (p->rgb) {
        memcpy(out, p->rgb, p->rows * p->columns * 3);
        return;
    }
    for (size_t y = 0; y < p->rows; y++, out += p->columns) {
        hl_dicom_frame_words(&p->frame, &p->layout, y * p->columns, p->columns, row);
        for (size_t x = 0; x < p->columns; x++)
            out[x] = p->grey_8[row[x]];
    }
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/rendering.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- padding ---- */

/* US or SS, as the pixels are. */
static int32_t word_as(const hl_dicom_layout *l, uint16_t word)
{
    return l->is_signed ? (int16_t)word : word;
}

static void read_padding(hl_dicom_rendering *r, const hl_dicom_set *s, const hl_dicom_layout *l)
{
    const hl_dicom_element *value = &s->found[HL_DICOM_PADDING];
    const hl_dicom_element *limit = &s->found[HL_DICOM_PADDING_LIMIT];
    if (!hl_dicom_words(value))
        return;
    const int32_t a = word_as(l, hl_dicom_word(value, 0));
    const int32_t b = hl_dicom_words(limit) ? word_as(l, hl_dicom_word(limit, 0)) : a;
    r->has_padding = true;
    r->padding[0] = a < b ? a : b;
    r->padding[1] = a < b ? b : a;
}

bool hl_dicom_is_padding(const hl_dicom_rendering *r, int32_t value)
{
    return r->has_padding && value >= r->padding[0] && value <= r->padding[1];
}

/* ---- Modality LUT ---- */

static int read_table(hl_dicom_lut *t, const hl_dicom_set *s, int sequence, bool is_signed,
                      hl_err *e)
{
    hl_dicom_element descriptor, data;
    const hl_dicom_element *x = &s->found[sequence];
    *t = (hl_dicom_lut){0};
    if (hl_dicom_set_item(s, x, HL_DICOM_LUT_DESCRIPTOR_TAG, &descriptor, e) ||
        hl_dicom_set_item(s, x, HL_DICOM_LUT_DATA_TAG, &data, e))
        return -1;
    if (!hl_dicom_is_there(&descriptor) && !hl_dicom_is_there(&data))
        return 0;
    return hl_dicom_lut_read(t, s->name, &descriptor, &data, is_signed, e);
}

/* False if it is no number. One of blanks is as none. */
static bool read_rescale(const hl_dicom_element *x, double *number)
{
    return hl_dicom_is_blank(x) || hl_dicom_number(x, 0, number);
}

static int read_modality(hl_dicom_rendering *r, const hl_dicom_set *s, const hl_dicom_layout *l,
                         hl_err *e)
{
    r->scale = 1;
    if (read_table(&r->modality, s, HL_DICOM_MODALITY_LUT, l->is_signed, e))
        return -1;
    if (r->modality.entries)
        return 0;
    if (!read_rescale(&s->found[HL_DICOM_RESCALE_SLOPE], &r->scale) || r->scale == 0 ||
        !read_rescale(&s->found[HL_DICOM_RESCALE_INTERCEPT], &r->offset))
        return hl_fail(e, "%s: damaged: the rescale (0028,1052) or (0028,1053) is no number",
                       s->name);
    return 0;
}

double hl_dicom_modality(const hl_dicom_rendering *r, int32_t value)
{
    return r->modality.entries ? hl_dicom_lut_at(&r->modality, value)
                               : value * r->scale + r->offset;
}

/* ---- VOI LUT ---- */

/* The stored values that the bits can hold. */
static void stored_range(const hl_dicom_layout *l, int32_t range[2])
{
    range[0] = l->is_signed ? -(1 << (l->stored - 1)) : 0;
    range[1] = range[0] + (1 << l->stored) - 1;
}

static void set_full_range(hl_dicom_rendering *r, const hl_dicom_layout *l)
{
    int32_t stored[2];
    stored_range(l, stored);
    if (r->modality.entries) {
        r->range[0] = 0;
        r->range[1] = (1 << r->modality.bits) - 1;
        return;
    }
    const double a = hl_dicom_modality(r, stored[0]), b = hl_dicom_modality(r, stored[1]);
    r->range[0] = fmin(a, b);
    r->range[1] = fmax(a, b);
}

/* C.11.2.1.1: a rescale may make signed pixels unsigned, and the other way round. */
static bool may_be_negative(const hl_dicom_rendering *r, const hl_dicom_layout *l)
{
    hl_dicom_rendering full = *r;
    set_full_range(&full, l);
    return full.range[0] < 0;
}

static int read_function(hl_dicom_function *f, const hl_dicom_set *s, hl_err *e)
{
    static const char *const names[] = {"LINEAR", "LINEAR_EXACT", "SIGMOID"};
    char found[65] = "";
    *f = HL_DICOM_LINEAR;
    if (!hl_dicom_component(&s->found[HL_DICOM_WINDOW_FUNCTION], 0, found, sizeof found))
        return 0;
    for (int i = 0; i < 3; i++)
        if (strcmp(found, names[i]) == 0) {
            *f = (hl_dicom_function)i;
            return 0;
        }
    return hl_fail(
        e,
        "%s: expected a VOI LUT function (0028,1056) of LINEAR, LINEAR_EXACT or SIGMOID, "
        "found %s",
        s->name, hl_dicom_quotable(found));
}

static bool states_window(const hl_dicom_set *s)
{
    return hl_dicom_is_there(&s->found[HL_DICOM_WINDOW_CENTER]) ||
           hl_dicom_is_there(&s->found[HL_DICOM_WINDOW_WIDTH]);
}

/* Whether the window is valid; of several the first counts. */
static bool read_window(hl_dicom_window *w, const hl_dicom_set *s, unsigned *remarks)
{
    const hl_dicom_element *center = &s->found[HL_DICOM_WINDOW_CENTER];
    const hl_dicom_element *width = &s->found[HL_DICOM_WINDOW_WIDTH];
    if (!hl_dicom_number(center, 0, &w->center) || !hl_dicom_number(width, 0, &w->width) ||
        !hl_dicom_window_is_valid(w)) {
        *remarks |= HL_DICOM_REMARK_WINDOW;
        return false;
    }
    if (hl_dicom_components(center) > 1)
        *remarks |= HL_DICOM_REMARK_SEVERAL;
    return true;
}

/* The VOI that the file states, if it does: its table, else its window; never both. */
static int read_voi_of_file(hl_dicom_rendering *r, const hl_dicom_set *s, const hl_dicom_layout *l,
                            unsigned *remarks, hl_err *e)
{
    r->voi = HL_DICOM_AS_IS;
    if (read_table(&r->table, s, HL_DICOM_VOI_LUT, may_be_negative(r, l), e))
        return -1;
    if (r->table.entries) {
        r->voi = HL_DICOM_TABLE;
        if (hl_dicom_lut_narrow(&r->table))
            *remarks |= HL_DICOM_REMARK_NARROW;
        if (hl_dicom_set_items(s, &s->found[HL_DICOM_VOI_LUT]) > 1)
            *remarks |= HL_DICOM_REMARK_SEVERAL;
        return 0;
    }
    if (!states_window(s)) /* then its function means nothing */
        return 0;
    if (read_function(&r->window.function, s, e))
        return -1;
    if (read_window(&r->window, s, remarks))
        r->voi = HL_DICOM_WINDOW;
    return 0;
}

static int read_voi(hl_dicom_rendering *r, const hl_dicom_set *s, const hl_dicom_layout *l,
                    const hl_window *chosen, unsigned *remarks, hl_err *e)
{
    if (chosen->kind == HL_WINDOW_VALUES) {
        r->voi = HL_DICOM_WINDOW;
        r->window = (hl_dicom_window){HL_DICOM_LINEAR, chosen->center, chosen->width};
        return 0;
    }
    if (chosen->kind == HL_WINDOW_FULL) {
        r->voi = HL_DICOM_RANGE;
        set_full_range(r, l);
        return 0;
    }
    if (read_voi_of_file(r, s, l, remarks, e))
        return -1;
    if (r->voi != HL_DICOM_AS_IS)
        return 0;
    if (chosen->kind == HL_WINDOW_FILE)
        return hl_fail(e,
                       "%s: expected a window or a VOI LUT in the DICOM file (--window file), "
                       "found none",
                       s->name);
    const bool is_rescaled = r->modality.entries || r->scale != 1 || r->offset != 0;
    if (l->stored != 8 || l->is_signed || is_rescaled) {
        r->voi = HL_DICOM_RANGE;
        r->range[0] = 1; /* of no value, until it is set */
        r->range[1] = 0;
    }
    return 0;
}

void hl_dicom_rendering_set_range(hl_dicom_rendering *r, const hl_dicom_layout *l,
                                  const uint8_t *seen, size_t n)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t word = 0; word < n; word++) {
        if (!seen[word])
            continue;
        const int32_t value = hl_dicom_value(l, (uint32_t)word);
        if (hl_dicom_is_padding(r, value))
            continue;
        const double x = hl_dicom_modality(r, value);
        least = fmin(least, x);
        most = fmax(most, x);
    }
    r->range[0] = least;
    r->range[1] = most;
}

static double voi(const hl_dicom_rendering *r, double x)
{
    switch (r->voi) {
    case HL_DICOM_AS_IS:
        return x;
    case HL_DICOM_WINDOW:
        return hl_dicom_window_apply(&r->window, x);
    case HL_DICOM_TABLE:
        return hl_dicom_lut_at(&r->table, x) * 255.0 / ((1 << r->table.bits) - 1);
    case HL_DICOM_RANGE:
        break;
    }
    if (x <= r->range[0])
        return 0;
    return x >= r->range[1] ? 255 : (x - r->range[0]) / (r->range[1] - r->range[0]) * 255;
}

/* ---- all of it ---- */

double hl_dicom_grey(const hl_dicom_rendering *r, int32_t value)
{
    if (hl_dicom_is_padding(r, value))
        return 0;
    if (r->voi == HL_DICOM_RANGE && !(r->range[0] < r->range[1]))
        return 0; /* one value everywhere, or none */
    const double y = voi(r, hl_dicom_modality(r, value));
    return r->is_inverted ? 255 - y : y;
}

static void check_shape(const hl_dicom_set *s, const hl_dicom_rendering *r, unsigned *remarks)
{
    const hl_dicom_element *shape = &s->found[HL_DICOM_SHAPE];
    if (hl_dicom_text_is(shape, r->is_inverted ? "IDENTITY" : "INVERSE"))
        *remarks |= HL_DICOM_REMARK_SHAPE;
}

int hl_dicom_rendering_read(hl_dicom_rendering *r, const hl_dicom_set *s, const hl_dicom_layout *l,
                            const hl_window *chosen, unsigned *remarks, hl_err *e)
{
    *r = (hl_dicom_rendering){.is_inverted = l->photometric == HL_DICOM_MONOCHROME1};
    read_padding(r, s, l);
    if (read_modality(r, s, l, e) || read_voi(r, s, l, chosen, remarks, e)) {
        hl_dicom_rendering_free(r);
        return -1;
    }
    check_shape(s, r, remarks);
    return 0;
}

void hl_dicom_rendering_free(hl_dicom_rendering *r)
{
    hl_dicom_lut_free(&r->modality);
    hl_dicom_lut_free(&r->table);
}

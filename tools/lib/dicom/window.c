/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/window.h"

#include "base/parse.h"
#include "sys/cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool hl_dicom_window_is_valid(const hl_dicom_window *w)
{
    return w->function == HL_DICOM_LINEAR ? w->width >= 1 : w->width > 0;
}

static double linear(double c, double w, double x)
{
    if (x <= c - 0.5 - (w - 1) / 2)
        return 0;
    if (x > c - 0.5 + (w - 1) / 2)
        return 255;
    return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255;
}

static double linear_exact(double c, double w, double x)
{
    if (x <= c - w / 2)
        return 0;
    if (x > c + w / 2)
        return 255;
    return ((x - c) / w + 0.5) * 255;
}

double hl_dicom_window_apply(const hl_dicom_window *w, double x)
{
    switch (w->function) {
    case HL_DICOM_LINEAR:
        return linear(w->center, w->width, x);
    case HL_DICOM_LINEAR_EXACT:
        return linear_exact(w->center, w->width, x);
    case HL_DICOM_SIGMOID:
        break;
    }
    return 255 / (1 + exp(-4 * (x - w->center) / w->width));
}

static const char *const words[] = {"auto", "file", "full"};

bool hl_window_parse(hl_window *w, const char *text)
{
    *w = (hl_window){0};
    for (int i = 0; i < HL_WINDOW_VALUES; i++)
        if (strcmp(text, words[i]) == 0) {
            w->kind = (hl_window_kind)i;
            return true;
        }
    char center[HL_WINDOW_TEXT];
    const char *comma = strchr(text, ',');
    if (!comma || (size_t)(comma - text) >= sizeof center || strlen(comma) >= sizeof center)
        return false;
    memcpy(center, text, (size_t)(comma - text));
    center[comma - text] = '\0';
    w->kind = HL_WINDOW_VALUES;
    return hl_parse_f64(center, &w->center) && hl_parse_f64(comma + 1, &w->width) &&
           fabs(w->center) <= 1e9 && w->width >= 1 && w->width <= 1e9;
}

const char *hl_window_text(const hl_window *w, char text[HL_WINDOW_TEXT])
{
    if (w->kind == HL_WINDOW_VALUES)
        snprintf(text, HL_WINDOW_TEXT, "%.15g,%.15g", w->center, w->width);
    else
        snprintf(text, HL_WINDOW_TEXT, "%s", words[w->kind]);
    return text;
}

void hl_window_option(hl_window *w, const char **text)
{
    static char settled[HL_WINDOW_TEXT];
    if (!hl_window_parse(w, *text))
        hl_usage_error("--window: expected %s, found '%s'", HL_WINDOW_EXPECTED, *text);
    *text = hl_window_text(w, settled);
}

bool hl_window_is_same(const hl_window *a, const hl_window *b)
{
    return a->kind == b->kind &&
           (a->kind != HL_WINDOW_VALUES || (a->center == b->center && a->width == b->width));
}

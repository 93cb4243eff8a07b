/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of elements (PS3.5 6.2). */
#include "dicom/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool hl_dicom_is_there(const hl_dicom_element *x)
{
    return x->value && x->len > 0;
}

size_t hl_dicom_words(const hl_dicom_element *x)
{
    return x->value ? x->len / 2 : 0;
}

uint16_t hl_dicom_word(const hl_dicom_element *x, size_t i)
{
    const uint8_t *p = x->value + 2 * i;
    return (uint16_t)(x->big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\0';
}

bool hl_dicom_is_blank(const hl_dicom_element *x)
{
    for (size_t i = 0; x->value && i < x->len; i++)
        if (!is_blank(x->value[i]))
            return false;
    return true;
}

size_t hl_dicom_components(const hl_dicom_element *x)
{
    if (!hl_dicom_is_there(x))
        return 0;
    size_t n = 1;
    for (size_t i = 0; i < x->len; i++)
        n += x->value[i] == '\\';
    return n;
}

bool hl_dicom_component(const hl_dicom_element *x, size_t i, char *text, size_t size)
{
    if (!hl_dicom_is_there(x))
        return false;
    const uint8_t *p = x->value, *end = p + x->len;
    for (; i > 0; i--, p++)
        if (!(p = memchr(p, '\\', (size_t)(end - p))))
            return false;
    const uint8_t *next = memchr(p, '\\', (size_t)(end - p));
    end = next ? next : end;
    while (p < end && is_blank(*p))
        p++;
    while (p < end && is_blank(end[-1]))
        end--;
    const size_t n = (size_t)(end - p);
    if (n >= size || n == 0 || memchr(p, '\0', n))
        return false;
    memcpy(text, p, n);
    text[n] = '\0';
    return true;
}

/* The characters of a DS; without them strtod would take "0x1p3" or "inf". */
bool hl_dicom_number(const hl_dicom_element *x, size_t i, double *number)
{
    char text[64], *end;
    if (!hl_dicom_component(x, i, text, sizeof text) ||
        text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

bool hl_dicom_text_is(const hl_dicom_element *x, const char *text)
{
    char found[65];
    return hl_dicom_component(x, 0, found, sizeof found) && strcmp(found, text) == 0;
}

const char *hl_dicom_quotable(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _+-.";
    const size_t n = strlen(text);
    return n <= 16 && strspn(text, allowed) == n ? text : "an unknown one";
}

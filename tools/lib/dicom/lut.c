/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/lut.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two to a word, the first in the low byte, whatever the order of bytes; or bytes. */
static uint16_t packed_entry(const hl_dicom_element *data, size_t i)
{
    if (memcmp(data->vr, "OB", 2) == 0 || !data->big_endian)
        return data->value[i];
    return data->value[i ^ 1];
}

static bool read_entries(hl_dicom_lut *t, const hl_dicom_element *data)
{
    const size_t words = hl_dicom_words(data);
    const bool is_packed = t->bits <= 8 && words < t->n;
    if (is_packed ? words * 2 < t->n : words < t->n)
        return false;
    t->entries = hl_malloc(t->n, sizeof *t->entries);
    for (size_t i = 0; i < t->n; i++)
        t->entries[i] = is_packed ? packed_entry(data, i) : hl_dicom_word(data, i);
    return true;
}

int hl_dicom_lut_read(hl_dicom_lut *t, const char *name, const hl_dicom_element *descriptor,
                      const hl_dicom_element *data, bool is_signed, hl_err *e)
{
    *t = (hl_dicom_lut){0};
    if (hl_dicom_words(descriptor) < 3)
        return hl_fail(e, "%s: damaged: a lookup table whose descriptor has no three numbers",
                       name);
    const uint16_t n = hl_dicom_word(descriptor, 0), first = hl_dicom_word(descriptor, 1);
    t->n = n ? n : 65536;
    t->first = is_signed ? (int16_t)first : first;
    t->bits = hl_dicom_word(descriptor, 2);
    if (t->bits < 1 || t->bits > 16)
        return hl_fail(e, "%s: damaged: expected a lookup table of at most 16 bits, found %d", name,
                       t->bits);
    if (!read_entries(t, data))
        return hl_fail(e, "%s: damaged: a lookup table of %zu entries has %zu bytes", name, t->n,
                       data->value ? data->len : 0);
    const uint32_t most = (1u << t->bits) - 1;
    for (size_t i = 0; i < t->n; i++)
        if (t->entries[i] > most) {
            const unsigned found = t->entries[i];
            hl_dicom_lut_free(t);
            return hl_fail(e, "%s: damaged: a lookup table of entries up to %u has %u", name, most,
                           found);
        }
    return 0;
}

void hl_dicom_lut_free(hl_dicom_lut *t)
{
    free(t->entries);
    *t = (hl_dicom_lut){0};
}

uint16_t hl_dicom_lut_at(const hl_dicom_lut *t, double x)
{
    const double i = floor(x + 0.5) - t->first;
    if (i <= 0)
        return t->entries[0];
    return t->entries[i < (double)t->n ? (size_t)i : t->n - 1];
}

bool hl_dicom_lut_narrow(hl_dicom_lut *t)
{
    uint32_t most = 0;
    for (size_t i = 0; i < t->n; i++)
        most = t->entries[i] > most ? t->entries[i] : most;
    if (t->bits != 16 || most >= 4096 || most == 0)
        return false;
    t->bits = 1;
    while (most >> t->bits)
        t->bits++;
    return true;
}

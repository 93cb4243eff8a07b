/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/dicom_columns.h"

#include "base/mem.h"

#include <ctype.h>
#include <string.h>

const char *const hl_dicom_columns[HL_DICOM_CARRIED] = {
    [HL_DICOM_CARRIED_VIEW] = "view",
    [HL_DICOM_CARRIED_SEX] = "sex",
    [HL_DICOM_CARRIED_AGE] = "age",
    [HL_DICOM_CARRIED_MANUFACTURER] = "manufacturer",
    [HL_DICOM_CARRIED_MODALITY] = "modality",
    [HL_DICOM_CARRIED_PHOTOMETRIC] = "photometric",
    [HL_DICOM_CARRIED_SPACING] = "pixel_spacing",
    [HL_DICOM_CARRIED_BITS] = "bits",
    [HL_DICOM_CARRIED_BURNED_IN] = "burned_in",
    [HL_DICOM_CARRIED_LOSSY] = "lossy",
};
const char hl_study_column[] = "study", hl_sop_column[] = "sop";

bool hl_is_dicom_column(const char *name)
{
    for (int i = 0; i < HL_DICOM_CARRIED; i++)
        if (strcmp(name, hl_dicom_columns[i]) == 0)
            return true;
    return strcmp(name, hl_study_column) == 0 || strcmp(name, hl_sop_column) == 0;
}

bool hl_parse_age(const char *text, double *years)
{
    static const struct {
        char unit;
        double per_year;
    } units[] = {{'Y', 1}, {'M', 12}, {'W', 365.25 / 7}, {'D', 365.25}};
    const size_t digits = strspn(text, "0123456789");
    int n = 0;
    if (digits == 0 || digits > 3 || strlen(text) != digits + 1)
        return false;
    for (size_t i = 0; i < digits; i++)
        n = 10 * n + (text[i] - '0');
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].unit == toupper((unsigned char)text[digits])) {
            *years = n / units[i].per_year;
            return true;
        }
    return false;
}

/* An age string (AS) is three digits and a unit; others are not guessed at. */
static void put_age(const char *text, hl_strbuf *t)
{
    double years;
    if (strlen(text) == 4 && hl_parse_age(text, &years))
        hl_strbuf_printf(t, "%.3g", years);
}

static void put_spacing(const hl_dicom_attributes *a, hl_strbuf *t)
{
    const double *mm = a->spacing[0] > 0 ? a->spacing : a->imager_spacing;
    if (mm[0] <= 0)
        return;
    hl_strbuf_printf(t, "%.6g", mm[0]);
    if (mm[1] != mm[0])
        hl_strbuf_printf(t, "x%.6g", mm[1]);
}

/* Columns that are an attribute as it is written; the others are -1. */
static const int text_of[HL_DICOM_CARRIED] = {
    [HL_DICOM_CARRIED_VIEW] = HL_DICOM_TEXT_VIEW,
    [HL_DICOM_CARRIED_SEX] = HL_DICOM_TEXT_SEX,
    [HL_DICOM_CARRIED_AGE] = -1,
    [HL_DICOM_CARRIED_MANUFACTURER] = HL_DICOM_TEXT_MANUFACTURER,
    [HL_DICOM_CARRIED_MODALITY] = HL_DICOM_TEXT_MODALITY,
    [HL_DICOM_CARRIED_PHOTOMETRIC] = HL_DICOM_TEXT_PHOTOMETRIC,
    [HL_DICOM_CARRIED_SPACING] = -1,
    [HL_DICOM_CARRIED_BITS] = -1,
    [HL_DICOM_CARRIED_BURNED_IN] = HL_DICOM_TEXT_BURNED_IN,
    [HL_DICOM_CARRIED_LOSSY] = -1,
};

void hl_dicom_column_value(const hl_dicom_attributes *a, hl_dicom_column column, hl_strbuf *t)
{
    const char *lossy = a->text[HL_DICOM_TEXT_LOSSY];
    if (text_of[column] >= 0)
        hl_strbuf_puts(t, a->text[text_of[column]]);
    else if (column == HL_DICOM_CARRIED_AGE)
        put_age(a->text[HL_DICOM_TEXT_AGE], t);
    else if (column == HL_DICOM_CARRIED_SPACING)
        put_spacing(a, t);
    else if (column == HL_DICOM_CARRIED_LOSSY)
        hl_strbuf_puts(t, strcmp(lossy, "01") == 0 ? "YES" : strcmp(lossy, "00") == 0 ? "NO" : "");
    else if (a->bits_stored)
        hl_strbuf_printf(t, "%u", a->bits_stored);
}

char *hl_dicom_patient_of(const hl_dicom_attributes *a)
{
    const char *id = a->text[HL_DICOM_TEXT_PATIENT_ID];
    const char *issuer = a->text[HL_DICOM_TEXT_PATIENT_ID_ISSUER];
    if (!*id)
        return hl_strdup(a->text[HL_DICOM_TEXT_STUDY]);
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, id);
    if (*issuer)
        hl_strbuf_printf(&t, "^^^%s", issuer);
    return t.data;
}

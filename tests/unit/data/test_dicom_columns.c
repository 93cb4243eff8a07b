/* SPDX-License-Identifier: BSD-2-Clause */
/* Carried columns and patients from the attributes of DICOM files. */
#include "data/dicom_columns.h"

#include "base/mem.h"
#include "helpers.h"

static hl_dicom_attributes with(hl_dicom_text which, char *text)
{
    static char nothing[] = "";
    hl_dicom_attributes a = {0};
    for (int i = 0; i < HL_DICOM_TEXTS; i++)
        a.text[i] = nothing;
    a.text[which] = text;
    return a;
}

static void check_value(const hl_dicom_attributes *a, hl_dicom_column column, const char *value)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    hl_dicom_column_value(a, column, &t);
    assert_string_equal(t.data, value);
    hl_strbuf_free(&t);
}

static void ages_are_in_years(void **state)
{
    (void)state;
    static char *const ages[][2] = {{"060Y", "60"},    {"018M", "1.5"}, {"026W", "0.498"},
                                    {"100D", "0.274"}, {"60", ""},      {"60Y", ""},
                                    {"0600Y", ""},     {"", ""}};
    for (size_t i = 0; i < COUNT(ages); i++) {
        const hl_dicom_attributes a = with(HL_DICOM_TEXT_AGE, ages[i][0]);
        check_value(&a, HL_DICOM_CARRIED_AGE, ages[i][1]);
    }
}

static void spacings_of_pixels_that_are_not_square(void **state)
{
    (void)state;
    hl_dicom_attributes a = with(HL_DICOM_TEXT_LOSSY, "01");
    check_value(&a, HL_DICOM_CARRIED_SPACING, "");
    a.imager_spacing[0] = a.imager_spacing[1] = 0.15;
    check_value(&a, HL_DICOM_CARRIED_SPACING, "0.15");
    a.spacing[0] = 0.2;
    a.spacing[1] = 0.1;
    check_value(&a, HL_DICOM_CARRIED_SPACING, "0.2x0.1");
    check_value(&a, HL_DICOM_CARRIED_LOSSY, "YES");
    check_value(&a, HL_DICOM_CARRIED_BITS, "");
}

static void patients_of_issuers(void **state)
{
    (void)state;
    hl_dicom_attributes a = with(HL_DICOM_TEXT_STUDY, "1.2");
    char *patient = hl_dicom_patient_of(&a);
    assert_string_equal(patient, "1.2");
    free(patient);
    a.text[HL_DICOM_TEXT_PATIENT_ID_ISSUER] = "A";
    a.text[HL_DICOM_TEXT_PATIENT_ID] = "7";
    patient = hl_dicom_patient_of(&a);
    assert_string_equal(patient, "7^^^A");
    free(patient);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_are_in_years),
        cmocka_unit_test(spacings_of_pixels_that_are_not_square),
        cmocka_unit_test(patients_of_issuers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of folders and files that tell whose images are in them. */
#include "data/naming_paths.h"

#include "helpers.h"

static hl_dicom_attributes doe(void)
{
    static char nothing[] = "", name[] = "Doe^John^^Dr=M\303\274ller^J\303\274rgen",
                id[] = "HX-0042", date[] = "19570401", accession[] = "A77812",
                study[] = "1.2.826.0.1.99.2.4";
    hl_dicom_attributes a = {0};
    for (int i = 0; i < HL_DICOM_TEXTS; i++)
        a.text[i] = nothing;
    a.text[HL_DICOM_TEXT_PATIENT_NAME] = name;
    a.text[HL_DICOM_TEXT_PATIENT_ID] = id;
    a.text[HL_DICOM_TEXT_BIRTH_DATE] = date;
    a.text[HL_DICOM_TEXT_ACCESSION] = accession;
    a.text[HL_DICOM_TEXT_STUDY] = study;
    return a;
}

static bool names(const char *name, const hl_dicom_attributes *a)
{
    return hl_names_patient(name, strlen(name), a);
}

static void names_of_patients(void **state)
{
    (void)state;
    static const char *const telling[] = {"DOE^JOHN",
                                          "doe",
                                          "Doe_John_1957",
                                          "JohnDoe",
                                          "x DOEJOHN x",
                                          "hx 0042",
                                          "HX-0042",
                                          "CR_a77812_1",
                                          "19570401",
                                          "1957-04-01",
                                          "01.04.1957",
                                          "04/01/1957",
                                          "01041957",
                                          "Muller, J",
                                          "M\303\234LLER",
                                          "mu\314\210ller",
                                          "series of 1.2.826.0.1.99.2.4.1"};
    static const char *const others[] = {"NORMAL",   "PNEUMONIA", "does",       "Joe",  "0042",
                                         "19570402", "1957",      "IM-0115-01", "john", "",
                                         "A7781",    "1.2.826",   "^",          "HX"};
    const hl_dicom_attributes a = doe();
    for (size_t i = 0; i < COUNT(telling); i++)
        if (!names(telling[i], &a))
            fail_msg("'%s' was not found", telling[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        if (names(others[i], &a))
            fail_msg("'%s' was found", others[i]);
}

static void short_and_absent_values(void **state)
{
    (void)state;
    static char li[] = "Li^Wei", seven[] = "7", nothing[] = "";
    hl_dicom_attributes a = doe();
    for (int i = 0; i < HL_DICOM_TEXTS; i++)
        a.text[i] = nothing;
    assert_false(names("NORMAL", &a));
    assert_false(names("", &a));
    a.text[HL_DICOM_TEXT_PATIENT_NAME] = li;
    a.text[HL_DICOM_TEXT_PATIENT_ID] = seven;
    assert_false(names("7", &a));
    assert_false(names("li", &a));
    assert_true(names("Li_Wei", &a));
}

static void files_beside_and_below(void **state)
{
    (void)state;
    const hl_dicom_attributes a = doe();
    hl_naming_paths p = {0};
    assert_false(hl_naming_paths_have(&p, "A/x.png"));
    assert_true(hl_naming_paths_add(&p, "A/Doe_John/CR/IM1", &a));
    assert_true(hl_naming_paths_add(&p, "A/Doe_John/CR/IM2", &a));
    assert_true(hl_naming_paths_add(&p, "B/doe.dcm", &a));
    assert_false(hl_naming_paths_add(&p, "B/IM3.dcm", &a));
    hl_naming_paths_end(&p);
    assert_int_equal(p.n, 2);
    assert_true(hl_naming_paths_have(&p, "A/Doe_John/preview.jpg"));
    assert_true(hl_naming_paths_have(&p, "A/Doe_John"));
    assert_true(hl_naming_paths_have(&p, "B/doe.png"));
    assert_false(hl_naming_paths_have(&p, "A/Doe_Johnson/preview.jpg"));
    assert_false(hl_naming_paths_have(&p, "A/preview.jpg"));
    assert_false(hl_naming_paths_have(&p, "B/doer.png"));
    hl_naming_paths_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_patients),
        cmocka_unit_test(short_and_absent_values),
        cmocka_unit_test(files_beside_and_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

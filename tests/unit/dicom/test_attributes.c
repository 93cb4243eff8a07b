/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of DICOM files, and the reader of data sets below them. */
#include "dicom/attributes.h"

#include "dicom_file.h"
#include "helpers.h"

#include "base/mem.h"

#define EXPLICIT "1.2.840.10008.1.2.1"
#define IMPLICIT "1.2.840.10008.1.2"
#define BIG_ENDIAN_UID "1.2.840.10008.1.2.2"

static void add_patient(dicom_file *f)
{
    dicom_text(f, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1.1");
    dicom_text(f, 0x00080060, "CS", "DX");
    dicom_text(f, 0x00100020, "LO", "  P\\7 ");
    dicom_text(f, 0x00101010, "AS", "060Y");
    dicom_text(f, 0x00181164, "DS", "0.2\\0.1");
    dicom_text(f, 0x0020000d, "UI", "1.2.3");
    dicom_image(f, "MONOCHROME1", 3, 2, 16, 12);
}

static void check_patient(const hl_dicom_attributes *a)
{
    assert_string_equal(a->text[HL_DICOM_TEXT_PATIENT_ID], "P\\7");
    assert_string_equal(a->text[HL_DICOM_TEXT_PATIENT_ID_ISSUER], "");
    assert_string_equal(a->text[HL_DICOM_TEXT_STUDY], "1.2.3");
    assert_string_equal(a->text[HL_DICOM_TEXT_AGE], "060Y");
    assert_string_equal(a->text[HL_DICOM_TEXT_PHOTOMETRIC], "MONOCHROME1");
    assert_int_equal(a->rows, 3);
    assert_int_equal(a->columns, 2);
    assert_int_equal(a->bits_stored, 12);
    assert_true(a->imager_spacing[0] == 0.2 && a->imager_spacing[1] == 0.1);
    assert_true(a->spacing[0] == 0);
}

/* The pixels are not there, and nothing of them is needed. */
static void test_syntaxes(void **state)
{
    (void)state;
    static const char *const syntaxes[] = {EXPLICIT, IMPLICIT, BIG_ENDIAN_UID};
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        dicom_file f = dicom_begin(syntaxes[i]);
        add_patient(&f);
        dicom_header(&f, 0x7fe00010, "OW", 12);
        put_file("x", f.t.data, f.t.len);
        hl_dicom_attributes a;
        hl_err e = {""};
        assert_int_equal(hl_dicom_attributes_read(&a, "x", &e), 1);
        check_patient(&a);
        assert_string_equal(a.text[HL_DICOM_TEXT_SYNTAX], syntaxes[i]);
        hl_dicom_attributes_free(&a);
        hl_strbuf_free(&f.t);
    }
}

static void test_other_files(void **state)
{
    (void)state;
    hl_dicom_attributes a;
    hl_err e = {""};
    put_file("short", "DICM", 4);
    assert_int_equal(hl_dicom_attributes_read(&a, "short", &e), 0);
    char zeros[4096] = "";
    put_file("zeros", zeros, sizeof zeros);
    assert_int_equal(hl_dicom_attributes_read(&a, "zeros", &e), 0);
    assert_int_equal(hl_dicom_attributes_read(&a, "none", &e), -1);
    assert_contains(e.msg, "none: cannot be read");
}

/* What an icon, a private sequence or a UN value of undefined length holds is not the image's. */
static void test_nested(void **state)
{
    (void)state;
    dicom_file f = dicom_begin(EXPLICIT);
    dicom_header(&f, 0x00080001, "SQ", DICOM_UNDEFINED);
    dicom_header(&f, 0xfffee000, NULL, DICOM_UNDEFINED);
    dicom_text(&f, 0x00100020, "LO", "WRONG");
    dicom_header(&f, 0x00091001, "UN", DICOM_UNDEFINED);
    f.is_implicit = true;
    dicom_header(&f, 0xfffee000, NULL, DICOM_UNDEFINED);
    dicom_us(&f, 0x00280010, 9);
    dicom_header(&f, 0xfffee00d, NULL, 0);
    dicom_header(&f, 0xfffee0dd, NULL, 0);
    f.is_implicit = false;
    dicom_us(&f, 0x00280010, 9);
    dicom_header(&f, 0xfffee00d, NULL, 0);
    dicom_header(&f, 0xfffee0dd, NULL, 0);
    add_patient(&f);
    hl_dicom_attributes a;
    hl_err e = {""};
    assert_int_equal(hl_dicom_attributes_decode(&a, "x", f.t.data, f.t.len, &e), 1);
    check_patient(&a);
    hl_dicom_attributes_free(&a);
    hl_strbuf_free(&f.t);
}

static void refuse(dicom_file *f, const char *message)
{
    hl_dicom_attributes a;
    hl_err e = {""};
    char *exact = hl_malloc(f->t.len, 1); /* so that sanitizers see a byte too many */
    memcpy(exact, f->t.data, f->t.len);
    assert_int_equal(hl_dicom_attributes_decode(&a, "x", exact, f->t.len, &e), -1);
    assert_contains(e.msg, message);
    free(exact);
    hl_strbuf_free(&f->t);
}

static void test_damaged(void **state)
{
    (void)state;
    dicom_file f = dicom_begin(EXPLICIT);
    dicom_header(&f, 0x00100020, "UT", 0x7fffffff);
    refuse(&f, "x: truncated: (0010,0020) has 2147483647 bytes, 0 are left");
    f = dicom_begin(EXPLICIT);
    dicom_header(&f, 0x00100020, "\1\2", 0);
    refuse(&f, "x: damaged: the DICOM element (0010,0020) at byte ");
    f = dicom_begin(EXPLICIT);
    hl_strbuf_add(&f.t, "\x10\0", 2);
    refuse(&f, "x: truncated: a DICOM element");
    f = dicom_begin(EXPLICIT);
    dicom_header(&f, 0x00081140, "SQ", DICOM_UNDEFINED);
    dicom_us(&f, 0x00280010, 9);
    refuse(&f, "x: damaged: expected an item at byte");
    f = dicom_begin(EXPLICIT);
    for (int i = 0; i < 100000; i++) {
        dicom_header(&f, 0x00081140, "SQ", DICOM_UNDEFINED);
        dicom_header(&f, 0xfffee000, NULL, DICOM_UNDEFINED);
    }
    refuse(&f, "x: DICOM sequences are nested more than 32 deep");
    f = (dicom_file){0};
    char none[128] = "";
    hl_strbuf_add(&f.t, none, sizeof none);
    hl_strbuf_add(&f.t, "DICM", 4);
    refuse(&f, "x: the DICOM file states no transfer syntax");
}

/* A header longer than what is read at first. */
static void test_long_header(void **state)
{
    (void)state;
    dicom_file f = dicom_begin(EXPLICIT);
    const size_t n = 300000;
    char *filler = hl_calloc(n, 1);
    dicom_bytes(&f, 0x00091010, "OB", filler, n);
    add_patient(&f);
    dicom_bytes(&f, 0x7fe00010, "OW", filler, n);
    put_file("x", f.t.data, f.t.len);
    hl_dicom_attributes a;
    hl_err e = {""};
    assert_int_equal(hl_dicom_attributes_read(&a, "x", &e), 1);
    check_patient(&a);
    hl_dicom_attributes_free(&a);
    hl_strbuf_free(&f.t);
    free(filler);
}

/* Latin-1 becomes UTF-8, and what a terminal would obey a question mark. */
static void test_text(void **state)
{
    (void)state;
    dicom_file f = dicom_begin(EXPLICIT);
    dicom_text(&f, 0x00080070, "LO", "J\xf6rg");
    dicom_text(&f, 0x00100020, "LO", "a\x1b[2J");
    hl_dicom_attributes a;
    hl_err e = {""};
    assert_int_equal(hl_dicom_attributes_decode(&a, "x", f.t.data, f.t.len, &e), 1);
    assert_string_equal(a.text[HL_DICOM_TEXT_MANUFACTURER], "J\xc3\xb6rg");
    assert_string_equal(a.text[HL_DICOM_TEXT_PATIENT_ID], "a?[2J");
    hl_dicom_attributes_free(&a);
    hl_strbuf_free(&f.t);
}

/* A view by its code alone, of SNOMED CT or RT (PS3.16, CID 4010); ViewPosition counts before it.
 */
static void test_coded_views(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"272479007", "SCT", "", "PA"},   {"R-10206", "SRT", "", "AP"},
        {"R-10236", "SNM3", " ", "LL"},   {"272479007", "99MINE", "", ""},
        {"399182000", "SCT", "", ""},     {"272479007", "SCT", "AP", "AP"},
        {"399198007 ", "SCT ", "", "RL"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        dicom_file f = dicom_begin(EXPLICIT);
        dicom_text(&f, 0x00185101, "CS", cases[i][2]);
        dicom_header(&f, 0x00540220, "SQ", DICOM_UNDEFINED);
        dicom_header(&f, 0xfffee000, NULL, DICOM_UNDEFINED);
        dicom_text(&f, 0x00080100, "SH", cases[i][0]);
        dicom_text(&f, 0x00080102, "SH", cases[i][1]);
        dicom_header(&f, 0xfffee00d, NULL, 0);
        dicom_header(&f, 0xfffee0dd, NULL, 0);
        hl_dicom_attributes a;
        hl_err e = {""};
        assert_int_equal(hl_dicom_attributes_decode(&a, "x", f.t.data, f.t.len, &e), 1);
        assert_string_equal(a.text[HL_DICOM_TEXT_VIEW], cases[i][3]);
        hl_dicom_attributes_free(&a);
        hl_strbuf_free(&f.t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_syntaxes),           IN_FOLDER(test_other_files),
        cmocka_unit_test(test_nested),      cmocka_unit_test(test_damaged),
        IN_FOLDER(test_long_header),        cmocka_unit_test(test_text),
        cmocka_unit_test(test_coded_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

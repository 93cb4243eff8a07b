/* SPDX-License-Identifier: BSD-2-Clause */
/* From stored bits to grey levels and colours. Expected values are computed by hand from the
 * formulas of PS3.3, in the comments. */
#include "dicom/picture.h"

#include "dicom_file.h"
#include "four_pixels.h"
#include "helpers.h"

#include "base/mem.h"
#include "dicom/colour.h"
#include "dicom/lut.h"
#include "dicom/rendering.h"
#include "dicom/rle.h"

/* ---- windows ---- */

static void expect_level(hl_dicom_function f, double c, double w, double x, double expected)
{
    const hl_dicom_window window = {f, c, w};
    const double found = hl_dicom_window_apply(&window, x);
    if (!(found > expected - 1e-9 && found < expected + 1e-9))
        fail_msg("function %d, c %g, w %g, x %g: expected %.12g, found %.12g", (int)f, c, w, x,
                 expected, found);
}

static void test_windows(void **state)
{
    (void)state;
    /* c - 0.5 = 2047.5, (w - 1) / 2 = 2047.5: black up to 0, white above 4095 */
    expect_level(HL_DICOM_LINEAR, 2048, 4096, 0, 0);
    expect_level(HL_DICOM_LINEAR, 2048, 4096, 4095, 255);
    expect_level(HL_DICOM_LINEAR, 2048, 4096, 1365, 85); /* 1365 / 4095 = 1 / 3 */
    expect_level(HL_DICOM_LINEAR, 2048, 4096, 5000, 255);
    /* a threshold at 999.5, without a division by zero */
    expect_level(HL_DICOM_LINEAR, 1000, 1, 999.5, 0);
    expect_level(HL_DICOM_LINEAR, 1000, 1, 999.6, 255);
    /* black up to 0, white above 4096 */
    expect_level(HL_DICOM_LINEAR_EXACT, 2048, 4096, 0, 0);
    expect_level(HL_DICOM_LINEAR_EXACT, 2048, 4096, 4096, 255);
    expect_level(HL_DICOM_LINEAR_EXACT, 2048, 4096, 1024, 63.75);
    expect_level(HL_DICOM_LINEAR_EXACT, 0.5, 0.5, 0.5, 127.5);
    expect_level(HL_DICOM_SIGMOID, 2048, 4096, 2048, 127.5);
    /* exp(-4 (3072 - 2048) / 4096) = exp(-1) = 0.36787944117: 255 / 1.36787944117 */
    expect_level(HL_DICOM_SIGMOID, 2048, 4096, 3072, 186.419937551);
    assert_false(hl_dicom_window_is_valid(&(hl_dicom_window){HL_DICOM_LINEAR, 5, 0.5}));
    assert_true(hl_dicom_window_is_valid(&(hl_dicom_window){HL_DICOM_SIGMOID, 5, 0.5}));
    assert_false(hl_dicom_window_is_valid(&(hl_dicom_window){HL_DICOM_SIGMOID, 5, 0}));
}

static void test_window_texts(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    "Auto",  "1",     "1,",  ",1",
                                        "1,0", "1,2,3", "nan,5", "1, 2"};
    hl_window w;
    char text[HL_WINDOW_TEXT];
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(hl_window_parse(&w, wrong[i]));
    assert_true(hl_window_parse(&w, "1e3,40.50"));
    assert_string_equal(hl_window_text(&w, text), "1000,40.5");
    assert_true(hl_window_parse(&w, "file"));
    assert_string_equal(hl_window_text(&w, text), "file");
}

/* ---- stored bits ---- */

static void test_values(void **state)
{
    (void)state;
    hl_dicom_layout l = {.stored = 12, .high_bit = 11, .allocated = 16};
    assert_int_equal(hl_dicom_value(&l, 0xf123), 0x123);
    l.is_signed = true;
    assert_int_equal(hl_dicom_value(&l, 0x0800), -2048);
    assert_int_equal(hl_dicom_value(&l, 0xf7ff), 2047);
    l.high_bit = 15; /* the low four bits mean nothing */
    assert_int_equal(hl_dicom_value(&l, 0xffff), -1);
    assert_int_equal(hl_dicom_value(&l, 0x123f), 0x123);
}

/* ---- tables ---- */

static hl_dicom_element words_of(const uint16_t *values, size_t n)
{
    return (hl_dicom_element){.value = (const uint8_t *)values, .len = 2 * n, .vr = "OW"};
}

static void test_tables(void **state)
{
    (void)state;
    const uint16_t descriptor[] = {4, 0xfffe, 12}, data[] = {5, 100, 2000, 4095};
    const hl_dicom_element d = words_of(descriptor, 3), v = words_of(data, 4);
    hl_dicom_lut t;
    hl_err e = {""};
    assert_int_equal(hl_dicom_lut_read(&t, "x", &d, &v, true, &e), 0);
    assert_int_equal(t.first, -2);
    assert_int_equal(hl_dicom_lut_at(&t, -100), 5);
    assert_int_equal(hl_dicom_lut_at(&t, -1), 100);
    assert_int_equal(hl_dicom_lut_at(&t, -0.6), 100);
    assert_int_equal(hl_dicom_lut_at(&t, 7), 4095);
    hl_dicom_lut_free(&t);
    assert_int_equal(hl_dicom_lut_read(&t, "x", &d, &v, false, &e), 0);
    assert_int_equal(t.first, 65534);
    assert_false(hl_dicom_lut_narrow(&t)); /* it states 12 bits, and has them */
    hl_dicom_lut_free(&t);
    /* 8 bits, two to a word: 1 2 3 */
    const uint16_t bytes[] = {3, 0, 8}, packed[] = {0x0201, 0x0003}, single[] = {1, 2, 3};
    const hl_dicom_element d8 = words_of(bytes, 3), p = words_of(packed, 2),
                           s = words_of(single, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hl_dicom_lut_read(&t, "x", &d8, i ? &s : &p, false, &e), 0);
        for (int k = 0; k < 3; k++)
            assert_int_equal(t.entries[k], k + 1);
        hl_dicom_lut_free(&t);
    }
    const hl_dicom_element short_data = words_of(data, 3);
    assert_int_equal(hl_dicom_lut_read(&t, "x", &d, &short_data, false, &e), -1);
    assert_contains(e.msg, "x: damaged: a lookup table of 4 entries has 6 bytes");
    const uint16_t wide[] = {2, 0, 10}, above[] = {3, 1024};
    const hl_dicom_element dw = words_of(wide, 3), va = words_of(above, 2);
    assert_int_equal(hl_dicom_lut_read(&t, "x", &dw, &va, false, &e), -1);
    assert_contains(e.msg, "entries up to 1023 has 1024");
}

/* ---- RLE ---- */

static void test_rle(void **state)
{
    (void)state;
    /* Two segments, of the high and of the low bytes: 3 times 1; then 2, 3, 4 as they are. */
    uint8_t frame[64 + 2 + 4] = {2};
    frame[4] = 64, frame[8] = 66;
    const uint8_t segments[] = {0xfe, 1, 2, 2, 3, 4};
    memcpy(frame + 64, segments, sizeof segments);
    uint8_t out[6];
    assert_true(hl_dicom_rle_decode(frame, sizeof frame, 3, 1, 2, out));
    const uint8_t expected[] = {2, 1, 3, 1, 4, 1};
    assert_memory_equal(out, expected, sizeof out);
    assert_false(hl_dicom_rle_decode(frame, sizeof frame - 1, 3, 1, 2, out));
    assert_false(hl_dicom_rle_decode(frame, sizeof frame, 4, 1, 2, out));
    assert_false(hl_dicom_rle_decode(frame, sizeof frame, 3, 1, 1, out));
    frame[8] = 71;
    assert_false(hl_dicom_rle_decode(frame, sizeof frame, 3, 1, 2, out));
}

/* ---- whole files ---- */

static void expect_pixels(dicom_file *f, const hl_window *w, const uint8_t *expected, size_t n,
                          unsigned remarks)
{
    hl_dicom_picture p;
    hl_err e = {""};
    char *exact = hl_malloc(f->t.len, 1);
    memcpy(exact, f->t.data, f->t.len);
    if (hl_dicom_picture_read(&p, "x", exact, f->t.len, w, &e))
        fail_msg("%s", e.msg);
    uint8_t out[64];
    assert_int_equal(p.rows * p.columns * (size_t)p.channels, n);
    hl_dicom_picture_pixels(&p, out);
    assert_memory_equal(out, expected, n);
    assert_int_equal(p.remarks & ~(unsigned)HL_DICOM_REMARK_CLASS, remarks);
    hl_dicom_picture_free(&p);
    free(exact);
    hl_strbuf_free(&f->t);
}

static void test_order(void **state)
{
    (void)state;
    /* From the least to the largest value: 0, 100 / 400, 200 / 400, 1: 63.75 and 127.5 are rounded
     * up. Inverted, 255 - 63.75 = 191.25. */
    static const uint8_t grey[] = {0, 64, 128, 255}, inverted[] = {255, 191, 128, 0};
    for (int i = 0; i < 4; i++) {
        dicom_file f =
            four_pixels(i % 2 ? BIG_ENDIAN_UID : EXPLICIT, i / 2 ? "MONOCHROME1" : "MONOCHROME2");
        dicom_words(&f, 0x7fe00010, "OW", words, 4);
        expect_pixels(&f, &by_itself, i / 2 ? inverted : grey, 4, 0);
    }
    /* Padding, from 300 to 400, counts in no range and is black, also inverted: 0 is the least
     * value, 200 the largest. */
    dicom_file f = four_pixels(EXPLICIT, "MONOCHROME1");
    dicom_us(&f, 0x00280120, 400);
    dicom_us(&f, 0x00280121, 300);
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    static const uint8_t limited[] = {255, 128, 0, 0}; /* 255 - 127.5 = 127.5 */
    expect_pixels(&f, &by_itself, limited, 4, 0);
    /* The rescale comes before the window: -2 x + 1000 = 1000, 800, 600, 200; around 700 - 0.5 with
     * a width of 401: (800 - 699.5) / 400 + 0.5 = 0.75125 = 191.57; (600 - 699.5) / 400 + 0.5 =
     * 0.25125 = 64.07. */
    f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_text(&f, 0x00281050, "DS", "700\\5");
    dicom_text(&f, 0x00281051, "DS", "+4.01E2\\9");
    dicom_text(&f, 0x00281052, "DS", "1000");
    dicom_text(&f, 0x00281053, "DS", "-2");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    static const uint8_t rescaled[] = {255, 192, 64, 0};
    expect_pixels(&f, &by_itself, rescaled, 4, HL_DICOM_REMARK_SEVERAL);
}

static void test_choices(void **state)
{
    (void)state;
    /* All of 12 bits: 100 / 4095 * 255 = 6.2; 200: 12.45; 400: 24.9 */
    const hl_window full = {.kind = HL_WINDOW_FULL}, file = {.kind = HL_WINDOW_FILE};
    const hl_window given = {HL_WINDOW_VALUES, 150, 1}; /* white above 149.5 */
    static const uint8_t of_bits[] = {0, 6, 12, 25}, of_given[] = {0, 0, 255, 255};
    static const uint8_t of_range[] = {0, 64, 128, 255};
    dicom_file f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    expect_pixels(&f, &full, of_bits, 4, 0);
    f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    expect_pixels(&f, &given, of_given, 4, 0);
    f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    refuse(&f, &file, "x: expected a window or a VOI LUT in the DICOM file (--window file)");
    /* A width of 0 is no window. */
    for (int i = 0; i < 2; i++) {
        f = four_pixels(EXPLICIT, "MONOCHROME2");
        dicom_text(&f, 0x00281050, "DS", "100");
        dicom_text(&f, 0x00281051, "DS", "0");
        dicom_words(&f, 0x7fe00010, "OW", words, 4);
        if (i)
            refuse(&f, &file, "expected a window");
        else
            expect_pixels(&f, &by_itself, of_range, 4, HL_DICOM_REMARK_WINDOW);
    }
}

static void add_table(dicom_file *f, bool is_undefined)
{
    const uint16_t descriptor[] = {2, 100, 16}, data[] = {1, 5};
    dicom_header(f, 0x00283010, "SQ", is_undefined ? DICOM_UNDEFINED : 8 + 8 + 6 + 12 + 4);
    dicom_header(f, 0xfffee000, NULL, is_undefined ? DICOM_UNDEFINED : 8 + 6 + 12 + 4);
    dicom_words(f, 0x00283002, "US", descriptor, 3);
    dicom_words(f, 0x00283006, "OW", data, 2);
    if (is_undefined) {
        dicom_header(f, 0xfffee00d, NULL, 0);
        dicom_header(f, 0xfffee0dd, NULL, 0);
    }
}

/* Entries 1 and 5 of 16 bits are of 3 bits: 1 / 7 * 255 = 36.4, 5 / 7 * 255 = 182.1. The table
 * counts, not the window beside it. */
static void test_voi_table(void **state)
{
    (void)state;
    static const uint8_t expected[] = {36, 36, 182, 182};
    for (int i = 0; i < 4; i++) {
        dicom_file f = four_pixels(i / 2 ? BIG_ENDIAN_UID : EXPLICIT, "MONOCHROME2");
        dicom_text(&f, 0x00281050, "DS", "100");
        dicom_text(&f, 0x00281051, "DS", "50");
        add_table(&f, i % 2);
        dicom_words(&f, 0x7fe00010, "OW", words, 4);
        expect_pixels(&f, &by_itself, expected, 4, HL_DICOM_REMARK_NARROW);
    }
}

/* Signed pixels that the rescale makes 32768 and more: the first input of the table, 40000, is
 * unsigned then (C.11.2.1.1). */
static void test_voi_table_behind_rescale(void **state)
{
    (void)state;
    static const uint16_t descriptor[] = {2, 40000, 8}, data[] = {10, 20};
    static const uint16_t stored[] = {7231, 7232, 7233, 0x8000}; /* 39999 to 40001, and 0 */
    static const uint8_t expected[] = {10, 10, 20, 10};
    dicom_file f = dicom_begin(EXPLICIT);
    dicom_us(&f, 0x00280002, 1);
    dicom_text(&f, 0x00280004, "CS", "MONOCHROME2");
    dicom_us(&f, 0x00280010, 2);
    dicom_us(&f, 0x00280011, 2);
    dicom_us(&f, 0x00280100, 16);
    dicom_us(&f, 0x00280101, 16);
    dicom_us(&f, 0x00280103, 1);
    dicom_text(&f, 0x00281052, "DS", "32768");
    dicom_header(&f, 0x00283010, "SQ", DICOM_UNDEFINED);
    dicom_header(&f, 0xfffee000, NULL, DICOM_UNDEFINED);
    dicom_words(&f, 0x00283002, "US", descriptor, 3);
    dicom_words(&f, 0x00283006, "OW", data, 2);
    dicom_header(&f, 0xfffee00d, NULL, 0);
    dicom_header(&f, 0xfffee0dd, NULL, 0);
    dicom_words(&f, 0x7fe00010, "OW", stored, 4);
    expect_pixels(&f, &by_itself, expected, 4, 0);
}

/* A row of two pixels of three bytes. */
static dicom_file two_colours(const char *syntax, const char *photometric, unsigned planar)
{
    dicom_file f = dicom_begin(syntax);
    dicom_us(&f, 0x00280002, 3);
    dicom_text(&f, 0x00280004, "CS", photometric);
    dicom_us(&f, 0x00280006, planar);
    dicom_us(&f, 0x00280010, 1);
    dicom_us(&f, 0x00280011, 2);
    dicom_us(&f, 0x00280100, 8);
    dicom_us(&f, 0x00280101, 8);
    dicom_us(&f, 0x00280102, 7);
    dicom_us(&f, 0x00280103, 0);
    return f;
}

static void test_colours(void **state)
{
    (void)state;
    uint8_t rgb[3];
    hl_dicom_ybr_to_rgb(76, 85, 255, rgb); /* red, by the matrix of C.7.6.3.1.2 */
    assert_true(rgb[0] >= 253 && rgb[1] <= 1 && rgb[2] <= 1);
    hl_dicom_ybr_to_rgb(90, 128, 128, rgb);
    assert_true(rgb[0] == 90 && rgb[1] == 90 && rgb[2] == 90);
    /* By plane: red 1 2, green 3 4, blue 5 6 */
    static const uint8_t planes[] = {1, 2, 3, 4, 5, 6}, expected[] = {1, 3, 5, 2, 4, 6};
    dicom_file f = two_colours(EXPLICIT, "RGB", 1);
    dicom_bytes(&f, 0x7fe00010, "OB", planes, sizeof planes);
    expect_pixels(&f, &by_itself, expected, 6, 0);
}

/* RLE has a segment of Y, Cb and Cr each, whatever the header says of pairs; RCT and ICT are of
 * JPEG 2000 alone. */
static void test_ybr_by_codec(void **state)
{
    (void)state;
    static const char *const names[] = {"YBR_FULL", "YBR_FULL_422"};
    static const uint8_t expected[] = {90, 90, 90, 30, 30, 30};
    static const uint8_t segments[] = {1, 90, 30, 0, 0xff, 128, 0xff, 128};
    uint8_t rle[64 + sizeof segments] = {3};
    rle[4] = 64, rle[8] = 68, rle[12] = 70;
    memcpy(rle + 64, segments, sizeof segments);
    for (size_t i = 0; i < COUNT(names); i++) {
        dicom_file f = two_colours(RLE_UID, names[i], 0);
        dicom_header(&f, 0x7fe00010, "OB", DICOM_UNDEFINED);
        dicom_header(&f, 0xfffee000, NULL, 0);
        dicom_header(&f, 0xfffee000, NULL, sizeof rle);
        hl_strbuf_add(&f.t, rle, sizeof rle);
        dicom_header(&f, 0xfffee0dd, NULL, 0);
        expect_pixels(&f, &by_itself, expected, 6, 0);
    }
    static const uint8_t bytes[] = {90, 30, 128, 128, 128, 128};
    dicom_file f = two_colours(EXPLICIT, "YBR_RCT", 0);
    dicom_bytes(&f, 0x7fe00010, "OB", bytes, sizeof bytes);
    refuse(&f, &by_itself, "x: damaged: photometric interpretation YBR_RCT: expected JPEG 2000");
    f = two_colours(RLE_UID, "YBR_ICT", 0);
    dicom_bytes(&f, 0x7fe00010, "OB", bytes, sizeof bytes);
    refuse(&f, &by_itself, "x: damaged: photometric interpretation YBR_ICT: expected JPEG 2000");
}

static void test_remarks(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0, 64, 128, 255};
    dicom_file f = dicom_begin(EXPLICIT);
    dicom_text(&f, 0x00180015, "CS", "HAND");
    dicom_image(&f, "MONOCHROME2", 2, 2, 16, 12);
    dicom_text(&f, 0x00280301, "CS", "YES");
    dicom_text(&f, 0x20500020, "CS", "INVERSE");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    expect_pixels(&f, &by_itself, expected, 4,
                  HL_DICOM_REMARK_SHAPE | HL_DICOM_REMARK_BURNED_IN | HL_DICOM_REMARK_BODY_PART);
}

/* The window's function means nothing without a window, and a rescale of blanks is none. */
static void test_without_meaning(void **state)
{
    (void)state;
    static const uint8_t of_range[] = {0, 64, 128, 255};
    dicom_file f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_text(&f, 0x00281052, "DS", "  ");
    dicom_text(&f, 0x00281053, "DS", "    ");
    dicom_text(&f, 0x00281056, "CS", "SPLINE");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    expect_pixels(&f, &by_itself, of_range, 4, 0);
    f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_text(&f, 0x00281053, "DS", "two");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    refuse(&f, &by_itself, "x: damaged: the rescale (0028,1052) or (0028,1053) is no number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_window_texts),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_rle),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_voi_table),
        cmocka_unit_test(test_voi_table_behind_rescale),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_remarks),
        cmocka_unit_test(test_ybr_by_codec),

        cmocka_unit_test(test_without_meaning),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What is no radiograph, or not as the standard has it, is refused by name. */
#include "four_pixels.h"

#include <stdio.h>

static dicom_file with_function(const char *function)
{
    dicom_file f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_text(&f, 0x00281050, "DS", "100");
    dicom_text(&f, 0x00281051, "DS", "50");
    dicom_text(&f, 0x00281056, "CS", function);
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    return f;
}

static void test_refused(void **state)
{
    (void)state;
    dicom_file f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_header(&f, 0x7fe00010, "OW", 8);
    refuse(&f, &by_itself, "x: truncated: (7FE0,0010) has 8 bytes, 0 are left");
    f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_words(&f, 0x7fe00010, "OW", words, 3);
    refuse(&f, &by_itself, "x: truncated: 2 x 2 pixels need 8 bytes, found 6");
    f = four_pixels(EXPLICIT, "MONOCHROME2");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    dicom_header(&f, 0xfffcfffc, "OB", 100); /* what follows is cut off */
    refuse(&f, &by_itself, "x: truncated: (FFFC,FFFC) has 100 bytes, 0 are left");
    f = four_pixels(RLE_UID, "MONOCHROME2");
    dicom_header(&f, 0x7fe00010, "OB", DICOM_UNDEFINED);
    dicom_header(&f, 0xfffee000, NULL, 0);
    dicom_header(&f, 0xfffee0dd, NULL, 0);
    refuse(&f, &by_itself, "x: the DICOM file has no pixels: no fragment");
    f = four_pixels("1.2.840.10008.1.2.4.100", "MONOCHROME2");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    refuse(&f, &by_itself, "x: the transfer syntax 1.2.840.10008.1.2.4.100 (MPEG-2 video)");
    f = dicom_begin(EXPLICIT);
    dicom_text(&f, 0x00080068, "CS", "FOR PROCESSING");
    refuse(&f, &by_itself, "x: detector data (FOR PROCESSING)");
    f = with_function("SPLINE");
    refuse(&f, &by_itself, "LINEAR_EXACT or SIGMOID, found SPLINE");
}

/* A wrong header may have a name anywhere. */
static void test_no_names_in_messages(void **state)
{
    (void)state;
    static const char *const hidden[] = {"Doe^Jane", "DOE=JANE", "A SEVENTEENLETTER"};
    for (size_t i = 0; i < COUNT(hidden); i++) {
        dicom_file f = with_function(hidden[i]);
        refuse(&f, &by_itself, "LINEAR, LINEAR_EXACT or SIGMOID, found an unknown one");
        f = four_pixels(EXPLICIT, hidden[i]);
        dicom_words(&f, 0x7fe00010, "OW", words, 4);
        refuse(&f, &by_itself, "RGB or YBR, found an unknown one");
        f = dicom_begin(EXPLICIT);
        dicom_text(&f, 0x00280008, "IS", hidden[i]);
        refuse(&f, &by_itself, "x: expected a number of frames of 1, found an unknown one: a");
    }
    dicom_file f = four_pixels(EXPLICIT, "HSV");
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    refuse(&f, &by_itself, "RGB or YBR, found HSV");
}

static void test_retired_syntaxes(void **state)
{
    (void)state;
    for (int i = 52; i <= 66; i++) {
        char uid[32], message[64];
        if (i == 57) /* is in use */
            continue;
        snprintf(uid, sizeof uid, "1.2.840.10008.1.2.4.%d", i);
        snprintf(message, sizeof message, "x: the transfer syntax %s (JPEG ", uid);
        dicom_file f = four_pixels(uid, "MONOCHROME2");
        dicom_words(&f, 0x7fe00010, "OW", words, 4);
        refuse(&f, &by_itself, message);
    }
}

static void test_segmented_palette(void **state)
{
    (void)state;
    static const uint16_t descriptor[] = {256, 0, 16}, segments[] = {0, 1, 0, 1, 255, 65535};
    dicom_file f = four_pixels(EXPLICIT, "PALETTE COLOR");
    for (uint32_t c = 0; c < 3; c++)
        dicom_words(&f, 0x00281101 + c, "US", descriptor, 3);
    for (uint32_t c = 0; c < 3; c++)
        dicom_words(&f, 0x00281221 + c, "OW", segments, 6);
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    refuse(&f, &by_itself, "x: a palette in segments (0028,1221) is not supported");
}

/* GE's old syntax for images in big endian. */
static void test_private_syntax(void **state)
{
    (void)state;
    dicom_file f = dicom_begin("1.2.840.113619.5.2");
    f.big_endian = true;
    dicom_image(&f, "MONOCHROME2", 2, 2, 16, 12);
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    refuse(&f, &by_itself, "x: the transfer syntax 1.2.840.113619.5.2 (unknown) is not supported");
}

/* An image whose header lacks one element, or has it without a value. */
static dicom_file lacking(uint32_t tag, bool is_empty)
{
    static const uint32_t numbers[][2] = {{0x00280002, 1},  {0x00280010, 2},  {0x00280011, 2},
                                          {0x00280100, 16}, {0x00280101, 12}, {0x00280102, 11},
                                          {0x00280103, 0}};
    dicom_file f = dicom_begin(EXPLICIT);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (i == 1)
            dicom_text(&f, 0x00280004, "CS", "MONOCHROME2");
        if (numbers[i][0] != tag)
            dicom_us(&f, numbers[i][0], numbers[i][1]);
        else if (is_empty)
            dicom_header(&f, tag, "US", 0);
    }
    dicom_words(&f, 0x7fe00010, "OW", words, 4);
    return f;
}

static void test_required(void **state)
{
    (void)state;
    static const struct {
        uint32_t tag;
        const char *name;
    } required[] = {{0x00280002, "SamplesPerPixel (0028,0002)"},
                    {0x00280100, "BitsAllocated (0028,0100)"},
                    {0x00280101, "BitsStored (0028,0101)"},
                    {0x00280103, "PixelRepresentation (0028,0103)"}};
    for (size_t i = 0; i < 2 * COUNT(required); i++) {
        dicom_file f = lacking(required[i / 2].tag, i % 2);
        refuse(&f, &by_itself, required[i / 2].name);
    }
}

/* The elements of `f` after its group 2, as blocks that are stored, not compressed. */
static dicom_file deflated(const dicom_file *f, bool is_complete)
{
    static const uint8_t last[] = {1, 0, 0, 0xff, 0xff};
    dicom_file out = dicom_begin("1.2.840.10008.1.2.1.99");
    dicom_file meta = dicom_begin(EXPLICIT);
    const size_t begin = meta.t.len, block = 0x8000;
    hl_strbuf_free(&meta.t);
    for (size_t at = begin; at < f->t.len; at += block) {
        const size_t n = f->t.len - at < block ? f->t.len - at : block;
        hl_strbuf_add(&out.t, "", 1);
        dicom_16(&out, (uint32_t)n);
        dicom_16(&out, ~(uint32_t)n & 0xffff);
        hl_strbuf_add(&out.t, f->t.data + at, n);
    }
    if (is_complete)
        hl_strbuf_add(&out.t, last, sizeof last);
    return out;
}

/* All pixels are there, of more bytes than are inflated for the header; the stream's end is not. */
static void test_deflated_end(void **state)
{
    (void)state;
    enum { ROWS = 512, COLUMNS = 1024 };
    static const uint8_t pixels[ROWS * COLUMNS];
    dicom_file f = dicom_begin(EXPLICIT);
    dicom_image(&f, "MONOCHROME2", ROWS, COLUMNS, 8, 8);
    dicom_bytes(&f, 0x7fe00010, "OB", pixels, sizeof pixels);
    dicom_file complete = deflated(&f, true), cut = deflated(&f, false);
    hl_strbuf_free(&f.t);
    hl_dicom_picture p;
    hl_err e = {""};
    if (hl_dicom_picture_read(&p, "x", complete.t.data, complete.t.len, &by_itself, &e))
        fail_msg("%s", e.msg);
    hl_dicom_picture_free(&p);
    hl_strbuf_free(&complete.t);
    refuse(&cut, &by_itself, "x: truncated: the deflated data set is not complete");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_no_names_in_messages),
        cmocka_unit_test(test_retired_syntaxes),
        cmocka_unit_test(test_private_syntax),
        cmocka_unit_test(test_segmented_palette),
        cmocka_unit_test(test_deflated_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

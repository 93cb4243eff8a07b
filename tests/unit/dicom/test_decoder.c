/* SPDX-License-Identifier: BSD-2-Clause */
/* Compressed frames and the child process that decodes them. */
#include "dicom/picture.h"

#include "dicom_file.h"
#include "helpers.h"

#include "dicom/codestream.h"
#include "dicom/decoder.h"

#include <pthread.h>

/* JPEG lossless of 4 x 4 pixels of 12 bits: the one code, 0, stands for no difference from the
 * prediction, which begins with 2048. */
static const uint8_t flat[] = {0xff, 0xd8, 0xff, 0xc4, 0, 20, 0, 1, 0, 0,    0,    0,    0,
                               0,    0,    0,    0,    0, 0,  0, 0, 0, 0,    0,    0xff, 0xc3,
                               0,    11,   12,   0,    4, 0,  4, 1, 1, 0x11, 0,    0xff, 0xda,
                               0,    8,    1,    1,    0, 1,  0, 0, 0, 0,    0xff, 0xd9};
static const char lossless[] = "1.2.840.10008.1.2.4.70";
enum { SIZE = 32 }; /* of 16 samples */
static const dc_frame frame = {.codec = DC_JPEG,
                               .syntax = lossless,
                               .bytes = flat,
                               .len = sizeof flat,
                               .rows = 4,
                               .columns = 4,
                               .samples = 1,
                               .precision = 12};

/* Whether hilum was built with the codecs. */
static bool has_codecs(void)
{
    char problem[300];
    if (dc_load(problem, sizeof problem) == 0)
        return true;
    print_message("NOT RUN: %s\n", problem);
    return false;
}

static void expect_flat(void)
{
    const uint8_t *samples;
    hl_err e = {""};
    if (hl_dicom_decode_frame(&frame, &samples, SIZE, "x", &e))
        fail_msg("%s", e.msg);
    const uint16_t *out = (const uint16_t *)(const void *)samples;
    for (int i = 0; i < 16; i++)
        assert_int_equal(out[i], 2048);
}

/* The child of the only thread. */
static pid_t find_child(void)
{
    long pid = 0;
    FILE *fp = fopen("/proc/thread-self/children", "r");
    if (fp && fscanf(fp, "%ld", &pid) != 1)
        pid = 0;
    if (fp)
        fclose(fp);
    return (pid_t)pid;
}

static void test_killed_child(void **state)
{
    (void)state;
    const uint8_t *out;
    hl_err e = {""};
    if (!has_codecs())
        skip();
    expect_flat();
    const pid_t first = find_child();
    assert_true(first > 0);
    expect_flat();
    assert_int_equal(find_child(), first);
    kill(first, SIGKILL);
    assert_int_equal(hl_dicom_decode_frame(&frame, &out, SIZE, "x", &e), -1);
    assert_string_equal(e.msg, "x: the child process that reads it was killed");
    expect_flat();
    assert_true(find_child() != first);
}

static void *decode_often(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++)
        expect_flat();
    return NULL;
}

/* Unlike glibc's, AddressSanitizer's allocator may be locked for ever in the child of a process
 * with threads, by a thread that the child does not have. */
#ifdef __SANITIZE_ADDRESS__
static const bool allocator_forks = false;
#else
static const bool allocator_forks = true;
#endif

/* Each thread has a child, which ends with it. */
static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    if (!has_codecs() || !allocator_forks)
        skip();
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, decode_often, NULL);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    const pid_t own = find_child();
    int status;
    assert_int_equal(waitpid(-1, &status, WNOHANG), own > 0 ? 0 : -1);
}

static void test_damaged(void **state)
{
    (void)state;
    const uint8_t *out;
    hl_err e = {""};
    if (!has_codecs())
        skip();
    dc_frame cut = frame;
    cut.len -= 4; /* without samples and end */
    assert_int_equal(hl_dicom_decode_frame(&cut, &out, SIZE, "x", &e), -1);
    assert_contains(e.msg, "x: cannot be decoded, or is damaged: ");
    expect_flat();
}

static void test_file(void **state)
{
    (void)state;
    hl_dicom_picture p;
    const hl_window full = {.kind = HL_WINDOW_FULL};
    hl_err e = {""};
    if (!has_codecs())
        skip();
    dicom_file f = dicom_begin(lossless);
    dicom_image(&f, "MONOCHROME2", 4, 4, 16, 10);
    dicom_header(&f, 0x7fe00010, "OB", DICOM_UNDEFINED);
    dicom_header(&f, 0xfffee000, NULL, 0);
    dicom_header(&f, 0xfffee000, NULL, 20); /* in two fragments */
    hl_strbuf_add(&f.t, flat, 20);
    dicom_header(&f, 0xfffee000, NULL, sizeof flat - 20 + 1);
    hl_strbuf_add(&f.t, flat + 20, sizeof flat - 20);
    hl_strbuf_add(&f.t, "", 1);
    dicom_header(&f, 0xfffee0dd, NULL, 0);
    if (hl_dicom_picture_read(&p, "x", f.t.data, f.t.len, &full, &e))
        fail_msg("%s", e.msg);
    uint8_t out[16];
    hl_dicom_picture_pixels(&p, out);
    assert_int_equal(out[7], 128); /* 2048 / 4095 * 255 = 127.53: the codestream has 12 bits */
    assert_true(p.remarks & 128);
    hl_dicom_picture_free(&p);
    hl_strbuf_free(&f.t);
}

static void test_headers(void **state)
{
    (void)state;
    hl_dicom_codestream c;
    assert_true(hl_dicom_jpeg_header(&c, flat, sizeof flat));
    assert_int_equal(c.rows, 4);
    assert_int_equal(c.precision, 12);
    assert_int_equal(c.said, HL_DICOM_NOT_SAID);
    for (size_t n = 0; n < 40; n++)
        assert_false(hl_dicom_jpeg_header(&c, flat, n));
    uint8_t adobe[16 + sizeof flat] = {0xff, 0xd8, 0xff, 0xee, 0, 14, 'A',
                                       'd',  'o',  'b',  'e',  0, 100};
    memcpy(adobe + 18, flat + 2, sizeof flat - 2);
    adobe[17] = 1;
    assert_true(hl_dicom_jpeg_header(&c, adobe, sizeof adobe));
    assert_int_equal(c.said, HL_DICOM_SAID_YBR);
    adobe[17] = 0;
    assert_true(hl_dicom_jpeg_header(&c, adobe, sizeof adobe));
    assert_int_equal(c.said, HL_DICOM_SAID_RGB);
}

/* JPEG-LS of few bits: the thresholds depend on the precision (T.87 C.2.4.1.1), and there are
 * codecs that have them wrong below 8 bits. */
static void test_few_bits(void **state)
{
    (void)state;
    enum { PRECISION = 6, PIXELS = 24 };
    static const uint8_t header[] = {0xff, 0xd8, 0xff, 0xf7, 0, 11, 0, 0, 4, 0, 6, 1, 1,
                                     0x11, 0,    0xff, 0xda, 0, 8,  1, 1, 0, 0, 0, 0};
    static const struct {
        uint8_t precision, len, data[24], expected[PIXELS];
    } frames[] = {
        {2,
         10,
         {0x73, 0xc5, 0x4a, 0x45, 0x91, 0xe1, 0x49, 0x28, 0xff, 0xd9},
         {1, 1, 2, 3, 3, 2, 2, 2, 3, 3, 2, 0, 2, 3, 2, 0, 1, 0, 1, 1, 0, 1, 0, 0}},
        {3,
         10,
         {0x0b, 0x91, 0xa5, 0x25, 0xce, 0x2a, 0x16, 0x56, 0xff, 0xd9},
         {4, 5, 5, 6, 5, 5, 5, 6, 6, 5, 3, 2, 5, 4, 4, 2, 2, 1, 2, 3, 1, 1, 1, 0}},
        {4,
         16,
         {0x01, 0x9f, 0x4c, 0x10, 0x24, 0x84, 0x84, 0x4c, 0x10, 0x90, 0x80, 0x85, 0xb6, 0xc0, 0xff,
          0xd9},
         {7, 10, 13, 13, 13, 10, 12, 13, 14, 11, 10, 6, 14, 12, 8, 5, 4, 1, 8, 5, 3, 1, 2, 3}},
        {5,
         21,
         {0x00, 0x00, 0x83, 0x2a, 0x31, 0x80, 0x05, 0x0c, 0x20, 0x80, 0x16,
          0x10, 0x09, 0x1d, 0xc0, 0x08, 0x13, 0x48, 0x30, 0xff, 0xd9},
         {16, 21, 27, 27, 26, 22, 27, 28, 26, 22, 18, 10,
          26, 23, 16, 11, 6,  3,  17, 12, 6,  2,  2,  7}}};
    if (!has_codecs())
        return;
    for (size_t i = 0; i < COUNT(frames); i++) {
        uint8_t bytes[sizeof header + sizeof frames->data];
        const uint8_t *out;
        hl_err e;
        memcpy(bytes, header, sizeof header);
        memcpy(bytes + sizeof header, frames[i].data, frames[i].len);
        bytes[PRECISION] = frames[i].precision;
        const dc_frame f = {.codec = DC_JPEG_LS,
                            .syntax = "1.2.840.10008.1.2.4.80",
                            .bytes = bytes,
                            .len = sizeof header + frames[i].len,
                            .rows = 4,
                            .columns = 6,
                            .samples = 1,
                            .precision = frames[i].precision};
        if (hl_dicom_decode_frame(&f, &out, PIXELS, "x", &e))
            fail_msg("%d bits: %s", frames[i].precision, e.msg);
        assert_memory_equal(out, frames[i].expected, PIXELS);
        dc_frame cut = f;
        cut.len -= 2;
        assert_int_equal(hl_dicom_decode_frame(&cut, &out, PIXELS, "x", &e), -1);
        assert_contains(e.msg, "x: cannot be decoded, or is damaged: the codestream is cut");
    }
}

/* JPEG-LS of 7 bits, written by CharLS. */
static void test_seven_bits(void **state)
{
    (void)state;
    static const uint8_t seven[] = {
        0xff, 0xd8, 0xff, 0xf7, 0x00, 0x0b, 0x07, 0x00, 0x06, 0x00, 0x06, 0x01, 0x01, 0x11,
        0x00, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
        0xd3, 0x0d, 0x40, 0x0d, 0x20, 0x22, 0x00, 0x06, 0x40, 0x00, 0x08, 0x03, 0x00, 0x30,
        0x0d, 0x10, 0x26, 0x30, 0x00, 0x80, 0x00, 0x13, 0xc2, 0x00, 0x03, 0x00, 0xc0, 0x20,
        0x20, 0x00, 0x21, 0x80, 0xdc, 0x38, 0x00, 0x01, 0x58, 0x80, 0xff, 0xd9};
    static const uint8_t expected[] = {59, 60, 65, 69, 50, 52, 66, 68, 54, 56, 67, 58,
                                       55, 66, 55, 58, 62, 60, 51, 50, 67, 65, 66, 60,
                                       66, 56, 59, 65, 52, 56, 52, 59, 69, 52, 57, 58};
    const dc_frame f = {.codec = DC_JPEG_LS,
                        .syntax = "1.2.840.10008.1.2.4.80",
                        .bytes = seven,
                        .len = sizeof seven,
                        .rows = 6,
                        .columns = 6,
                        .samples = 1,
                        .precision = 7};
    const uint8_t *out;
    hl_err e = {""};
    if (!has_codecs())
        return;
    if (hl_dicom_decode_frame(&f, &out, sizeof expected, "x", &e))
        fail_msg("%s", e.msg);
    assert_memory_equal(out, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_child), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_damaged),      cmocka_unit_test(test_file),
        cmocka_unit_test(test_headers),      cmocka_unit_test(test_few_bits),
        cmocka_unit_test(test_seven_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

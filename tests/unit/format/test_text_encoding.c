/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/text_encoding.h"
#include "helpers.h"

static int normalize(const char *text, size_t len, char *out, size_t *out_len, hl_err *e)
{
    memcpy(out, text, len);
    out[len] = '\0';
    *out_len = len;
    return hl_encoding_normalize(out, out_len, "t", e);
}

static void windows_line_ends_are_undone(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"a\n", "a\n"},
        {"a", "a"},
        {"a\r\n", "a\n"},
        {"a\r\n\r\nb\r\n", "a\n\nb\n"},
        {"a\r\nb", "a\nb"},             /* truncated, which the reader reports */
        {"a\rb\r\nc\r\n", "a\rb\nc\n"}, /* a CR within a line is data */
        {"a\rb\nc\n", "a\rb\nc\n"},
        {"\xef\xbb\xbf"
         "a\r\n",
         "a\n"},
        {"\xef\xbb\xbf", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hl_err e;
        char out[64];
        size_t len;
        assert_int_equal(normalize(cases[i][0], strlen(cases[i][0]), out, &len, &e), 0);
        assert_int_equal(len, strlen(cases[i][1]));
        assert_string_equal(out, cases[i][1]);
    }
}

static void other_encodings_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *message;
    } bad[] = {
        {"a\nb\r\n", 5, "t: line 2 ends in CR LF: expected LF, like the lines before it"},
        {"a\r\nb\r\nc\n", 8, "t: line 3 ends in LF: expected CR LF, like the lines before it"},
        {"a\rb\r", 4, "t: its lines end in CR: expected LF or CR LF"},
        {"\xff\xfe"
         "a\0\n\0",
         6, "t: expected UTF-8 text, found UTF-16: save it as UTF-8"},
        {"\xfe\xff\0a\0\n", 6, "t: expected UTF-8 text, found UTF-16: save it as UTF-8"},
        {"p\0a\0t\0h\0", 8, "t: expected UTF-8 text, found UTF-16: save it as UTF-8"},
        {"\0p\0a\0t\0h", 8, "t: expected UTF-8 text, found UTF-16: save it as UTF-8"},
        {"\xff\xfe\0\0a\0\0\0", 8, "t: expected UTF-8 text, found UTF-32: save it as UTF-8"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        char out[64];
        size_t len;
        assert_int_equal(normalize(bad[i].text, bad[i].len, out, &len, &e), -1);
        assert_string_equal(e.msg, bad[i].message);
    }
}

/* Other binary data are left to the reader to refuse. */
static void zero_bytes_are_kept(void **state)
{
    (void)state;
    hl_err e;
    char out[64];
    size_t len;
    assert_int_equal(normalize("a\0b\r\nc\r\n", 8, out, &len, &e), 0);
    assert_int_equal(len, 6);
    assert_memory_equal(out, "a\0b\nc\n", 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_line_ends_are_undone),
        cmocka_unit_test(other_encodings_are_reported),
        cmocka_unit_test(zero_bytes_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

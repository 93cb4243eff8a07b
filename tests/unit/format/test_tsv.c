/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "format/tsv.h"
#include "helpers.h"

static int read_text(hl_tsv *t, const char *text, size_t len, hl_err *e)
{
    put_file("t.tsv", text, len);
    return hl_tsv_read(t, "t.tsv", e);
}

static void reads_comments_columns_and_rows(void **state)
{
    (void)state;
    static const char text[] = "#made for a test\n#note\t[\\t]\na\tb c\n1\tx\\ty\n\t\\\\\n";
    hl_tsv t;
    hl_err e;
    size_t column;
    assert_int_equal(read_text(&t, text, strlen(text), &e), 0);
    assert_int_equal(t.ncolumns, 2);
    assert_int_equal(t.nrows, 2);
    assert_string_equal(hl_tsv_comment(&t, "note"), "[\t]");
    assert_null(hl_tsv_comment(&t, "not"));
    assert_int_equal(hl_tsv_column(&t, "b c", &column, &e), 0);
    assert_string_equal(hl_tsv_field(&t, 0, column), "x\ty");
    assert_string_equal(hl_tsv_field(&t, 1, column), "\\");
    assert_string_equal(hl_tsv_field(&t, 1, 0), "");
    assert_int_equal(hl_tsv_column(&t, "c", &column, &e), -1);
    hl_tsv_free(&t);
}

static void many_rows_are_kept(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    hl_tsv t;
    hl_err e;
    char *text = malloc(ROWS * 16);
    assert_non_null(text);
    size_t len = (size_t)sprintf(text, "a\tb\tc\n");
    for (int i = 0; i < ROWS; i++)
        len += (size_t)sprintf(text + len, "%d\t\t%d\n", i, -i);
    assert_int_equal(read_text(&t, text, len, &e), 0);
    assert_int_equal(t.nrows, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(atoi(hl_tsv_field(&t, i, 0)), (int)i);
        assert_int_equal(atoi(hl_tsv_field(&t, i, 2)), -(int)i);
    }
    hl_tsv_free(&t);
    free(text);
}

static void windows_line_ends_are_read(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf#note\tx\r\na\tb\r\n1\t2\r\n";
    hl_tsv t;
    hl_err e;
    assert_int_equal(read_text(&t, text, strlen(text), &e), 0);
    assert_string_equal(hl_tsv_comment(&t, "note"), "x");
    assert_string_equal(t.columns[1], "b");
    assert_string_equal(hl_tsv_field(&t, 0, 1), "2");
    hl_tsv_free(&t);
}

static void columns_are_limited(void **state)
{
    (void)state;
    hl_tsv t;
    hl_err e;
    hl_strbuf text = {0};
    for (int k = 0; k < 100000; k++)
        hl_strbuf_printf(&text, "%sc%d", k ? "\t" : "", k);
    hl_strbuf_puts(&text, "\n");
    assert_int_equal(read_text(&t, text.data, text.len, &e), -1);
    assert_non_null(strstr(e.msg, "expected at most 1064 columns, found more"));
    hl_strbuf_free(&text);
}

static void damaged_tables_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *why;
    } bad[] = {
        {"", 0, "expected a line of column names"},
        {"#only\n", 6, "expected a line of column names"},
        {"a\tb\n1\t2", 7, "truncated"},
        {"a\tb\n1\n", 6, "line 2: expected 2 fields, found fewer"},
        {"a\tb\n1\t2\t3\n", 10, "line 2: expected 2 fields, found more"},
        {"a\ta\n", 4, "appears twice"},
        {"a\tb\r\n1\t2\n", 9, "line 2 ends in LF: expected CR LF"},
        {"\xff\xfe"
         "a\0\n\0",
         6, "expected UTF-8 text, found UTF-16"},
        {"a\t\n", 3, "a column name is empty"},
        {"a\tb\n1\t\\x\n", 9, "line 2: bad escape in b"},
        {"a\tb\n1\t\0\n", 8, "line 2: it holds a zero byte"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_tsv t;
        hl_err e;
        assert_int_equal(read_text(&t, bad[i].text, bad[i].len, &e), -1);
        if (!strstr(e.msg, bad[i].why))
            fail_msg("case %zu: expected '%s', found '%s'", i, bad[i].why, e.msg);
        assert_null(t.text);
    }
}

static void four_characters_are_escaped(void **state)
{
    (void)state;
    hl_strbuf t = {0};
    hl_tsv_escape(&t, "");
    assert_string_equal(t.data, "");
    hl_tsv_escape(&t, "a\tb\nc\rd\\e \"é\x01");
    assert_string_equal(t.data, "a\\tb\\nc\\rd\\\\e \"é\x01");
    hl_strbuf_free(&t);
}

static void escapes_round_trip(void **state)
{
    (void)state;
    /* Every pair of bytes, so that every escape occurs next to every byte. */
    char pair[3] = {0};
    for (int a = 1; a < 256; a++)
        for (int b = 1; b < 256; b++) {
            pair[0] = (char)a;
            pair[1] = (char)b;
            hl_strbuf t = {0};
            hl_tsv_escape(&t, pair);
            assert_null(strpbrk(t.data, "\t\n\r"));
            assert_true(hl_tsv_unescape(t.data));
            assert_string_equal(t.data, pair);
            hl_strbuf_free(&t);
        }
}

static void malformed_escapes_are_noticed(void **state)
{
    (void)state;
    static const char *const bad[] = {"\\", "a\\", "\\x", "\\T", "\\ ", "\\0", "ok\\\\\\", "\\\t"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        char s[16];
        snprintf(s, sizeof s, "%s", bad[i]);
        assert_false(hl_tsv_unescape(s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(reads_comments_columns_and_rows), IN_FOLDER(many_rows_are_kept),
        IN_FOLDER(windows_line_ends_are_read),      IN_FOLDER(columns_are_limited),
        IN_FOLDER(damaged_tables_are_refused),      cmocka_unit_test(four_characters_are_escaped),
        cmocka_unit_test(escapes_round_trip),       cmocka_unit_test(malformed_escapes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

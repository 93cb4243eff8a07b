/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "format/tsv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int read_text(hl_tsv *t, const char *text, size_t len, hl_err *e)
{
    char path[] = "test_tsv.XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    close(fd);
    const int status = hl_tsv_read(t, path, e);
    unlink(path);
    return status;
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

static void lines_may_end_as_on_windows(void **state)
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
        {"a\ta\n", 4, "stands there twice"},
        {"a\tb\r\n1\t2\n", 9, "line 2 ends in LF: expected CR LF"},
        {"\xff\xfe"
         "a\0\n\0",
         6, "expected UTF-8 text, found UTF-16"},
        {"a\t\n", 3, "a column name is empty"},
        {"a\tb\n1\t\\x\n", 9, "line 2: bad escape in b"},
        {"a\tb\n1\t\0\n", 8, "line 2: it holds a zero byte"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hl_tsv t;
        hl_err e;
        assert_int_equal(read_text(&t, bad[i].text, bad[i].len, &e), -1);
        if (!strstr(e.msg, bad[i].why))
            fail_msg("case %zu: expected '%s', found '%s'", i, bad[i].why, e.msg);
        assert_null(t.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_comments_columns_and_rows), cmocka_unit_test(many_rows_are_kept),
        cmocka_unit_test(lines_may_end_as_on_windows),     cmocka_unit_test(columns_are_limited),
        cmocka_unit_test(damaged_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

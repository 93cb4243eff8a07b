/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "split/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void next(split_csv *c, size_t line, const char *a, const char *b)
{
    hl_err e;
    bool more;
    assert_int_equal(split_csv_next(c, &more, &e), 0);
    assert_true(more);
    assert_int_equal(c->line, line);
    assert_string_equal(c->fields[0], a);
    assert_string_equal(c->fields[1], b);
}

static void no_more(split_csv *c)
{
    hl_err e;
    bool more;
    assert_int_equal(split_csv_next(c, &more, &e), 0);
    assert_false(more);
}

static void skips_what_spreadsheets_add(void **state)
{
    (void)state;
    char text[] = "\xef\xbb\xbfSEP=;\r\nimage;label,x\r\na,1;A\r\n;\r\n ; \r\nb;\r\n;B\r\n;";
    split_csv c;
    hl_err e;
    assert_int_equal(split_csv_open(&c, "t.csv", text, sizeof text - 1, &e), 0);
    assert_string_equal(c.columns[1], "label,x");
    next(&c, 3, "a,1", "A");
    next(&c, 6, "b", "");
    next(&c, 7, "", "B");
    no_more(&c);
    split_csv_close(&c);
    /* CR LF that was written as text, once or twice */
    char twice[] = "sep=;\r\r\na;b\r\r\n1;2\r\r\n\r\r\n3;\"x\ny\"\r\r\r\n";
    assert_int_equal(split_csv_open(&c, "t.csv", twice, sizeof twice - 1, &e), 0);
    next(&c, 3, "1", "2");
    next(&c, 5, "3", "x\ny");
    no_more(&c);
    split_csv_close(&c);
    /* No other separator, and no other line. */
    char other[] = "sep=|,y\nsep=;,x\n";
    assert_int_equal(split_csv_open(&c, "t.csv", other, sizeof other - 1, &e), 0);
    assert_string_equal(c.columns[0], "sep=|");
    next(&c, 2, "sep=;", "x");
    split_csv_close(&c);
}

static void reads_what_rfc_4180_has(void **state)
{
    (void)state;
    char text[] = "image,label\r\n"
                  "a.png,NORMAL\r\n"
                  "\"b,1.png\",\"say \"\"ah\"\"\"\n"
                  "\"two\nlines\",\"\"\n"
                  "\n\r\n"
                  " c ,\r\n"
                  "\"d\",e";
    split_csv c;
    hl_err e;
    assert_int_equal(split_csv_open(&c, "t.csv", text, sizeof text - 1, &e), 0);
    assert_int_equal(c.ncolumns, 2);
    assert_int_equal(split_csv_column(&c, "label"), 1);
    assert_int_equal(split_csv_column(&c, "Label"), -1);
    next(&c, 2, "a.png", "NORMAL");
    next(&c, 3, "b,1.png", "say \"ah\"");
    next(&c, 4, "two\nlines", "");
    next(&c, 8, " c ", "");
    next(&c, 9, "d", "e");
    no_more(&c);
    assert_string_equal(c.columns[0], "image");
    split_csv_close(&c);
}

static void byte_order_mark_is_skipped(void **state)
{
    (void)state;
    char text[] = "\xef\xbb\xbfimage,label\n\"\xc3\xa9.png\",x\n";
    split_csv c;
    hl_err e;
    assert_int_equal(split_csv_open(&c, "t.csv", text, sizeof text - 1, &e), 0);
    assert_int_equal(split_csv_column(&c, "image"), 0);
    next(&c, 2, "\xc3\xa9.png", "x");
    no_more(&c);
    split_csv_close(&c);
}

static void separators_are_those_of_the_header(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a;b\n1,5;\"x;y\"\n",
        "a\t\"b,c;d,e;f,g\"\n1,5\tx;y\n",
        "a,b\n\"1,5\",x;y\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[64];
        split_csv c;
        hl_err e;
        strcpy(text, texts[i]);
        assert_int_equal(split_csv_open(&c, "t.csv", text, strlen(text), &e), 0);
        next(&c, 2, "1,5", "x;y");
        no_more(&c);
        split_csv_close(&c);
    }
}

static void unnamed_columns_may_repeat(void **state)
{
    (void)state;
    char text[] = "a,b,,\n1,2,,\n"; /* as some exports end every line */
    split_csv c;
    hl_err e;
    assert_int_equal(split_csv_open(&c, "t.csv", text, sizeof text - 1, &e), 0);
    next(&c, 2, "1", "2");
    split_csv_close(&c);
}

/* Reads to the first error, whose message must contain `expected`. */
static void assert_rejected(const char *source, size_t len, const char *expected)
{
    char *text = hl_malloc(len + 1, 1);
    memcpy(text, source, len);
    text[len] = '\0';
    split_csv c;
    hl_err e = {0};
    int status = split_csv_open(&c, "t.csv", text, len, &e);
    const int opened = status == 0;
    for (bool more = true; status == 0 && more;)
        status = split_csv_next(&c, &more, &e);
    assert_int_equal(status, -1);
    if (!strstr(e.msg, expected))
        fail_msg("expected '%s' in '%s'", expected, e.msg);
    if (opened)
        split_csv_close(&c);
    free(text);
}

static void bad_texts_are_rejected(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "t.csv: is empty"},
        {"\n\n", "t.csv: is empty"},
        {"a,b\n1,2\n1\n", "line 3: expected 2 fields, found 1"},
        {"a,b\n1,2,3\n", "line 2: expected 2 fields, found more than 2"},
        {"a,b\n\"1\n2\n3", "line 2: a quoted field is not closed"},
        {"a,b\n\"1\"x,2\n", "line 2: expected a comma"},
        {"a,b\n1\"2\",3\n", "line 2: a quote inside an unquoted field"},
        {"a,b\n\"x\ny\",1\n1\n", "line 4: expected 2 fields"},
        {"a,b\n1,2\r3\n",
         "line 2: expected a comma or the end of the line after a field, found CR "},
        {"a;b\n1,2\n", "line 2: expected 2 fields, found 1"},
        {"a;b\n\"1\",2\n", "line 2: expected a semicolon or the end"},
        {"a\tb\n\"1\";2\n", "line 2: expected a tab or the end"},
        {"a,b\r1,2\r", "t.csv: its lines end in CR: expected LF or CR LF"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_rejected(cases[i][0], strlen(cases[i][0]), cases[i][1]);
    assert_rejected("a,b\n1,\0002\n", 9, "zero byte");
    assert_rejected("\xff\xfe"
                    "a\0,\0b\0\n\0",
                    10, "t.csv: expected UTF-8 text, found UTF-16");
}

static void a_million_rows_take_seconds(void **state)
{
    (void)state;
    enum { ROWS = 1000000 };
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "image,label\n");
    for (int i = 0; i < ROWS; i++)
        hl_strbuf_printf(&t, "\"folder/%d.png\",%s\n", i, i % 3 ? "A" : "B");
    split_csv c;
    hl_err e;
    size_t rows = 0;
    const double start = hl_now();
    assert_int_equal(split_csv_open(&c, "t.csv", t.data, t.len, &e), 0);
    for (bool more = true;;) {
        assert_int_equal(split_csv_next(&c, &more, &e), 0);
        if (!more)
            break;
        rows++;
    }
    assert_int_equal(rows, ROWS);
    assert_true(hl_now() - start < 10.0);
    split_csv_close(&c);
    hl_strbuf_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skips_what_spreadsheets_add),
        cmocka_unit_test(reads_what_rfc_4180_has),
        cmocka_unit_test(separators_are_those_of_the_header),
        cmocka_unit_test(unnamed_columns_may_repeat),
        cmocka_unit_test(byte_order_mark_is_skipped),
        cmocka_unit_test(bad_texts_are_rejected),
        cmocka_unit_test(a_million_rows_take_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

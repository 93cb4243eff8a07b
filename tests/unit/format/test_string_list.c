/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "format/string_list.h"
#include "helpers.h"

static void round_trip(void **state)
{
    (void)state;
    char a[] = "NORMAL", b[] = "tab\tquote\"back\\é", c[] = "a";
    char *const names[] = {a, b, c};
    char *json = hl_string_list_format(names, 3);
    assert_string_equal(json, "[\"NORMAL\",\"tab\\tquote\\\"back\\\\é\",\"a\"]");
    char **back;
    size_t n;
    hl_err e;
    assert_int_equal(hl_string_list_parse(&back, &n, json, &e), 0);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(back[i], names[i]);
    char **copy = hl_string_list_copy(back, n);
    hl_string_list_free(back, n);
    assert_string_equal(copy[1], b);
    hl_string_list_free(copy, n);
    free(json);
}

static void only_utf8_is_written(void **state)
{
    (void)state;
    char good[] = "a", bad[] = "Lungen\xf6"
                               "dem";
    char *const names[] = {good, bad};
    assert_null(hl_string_list_format(names, 2));
    char *json = hl_string_list_format(names, 0);
    assert_string_equal(json, "[]");
    free(json);
}

static void the_number_is_limited(void **state)
{
    (void)state;
    hl_err e;
    hl_strbuf t = {0};
    char **names;
    size_t n;
    for (int k = 0; k < HL_MAX_CLASSES; k++)
        hl_strbuf_printf(&t, "%c\"class %d\"", k ? ',' : '[', k);
    const size_t len = t.len;
    hl_strbuf_puts(&t, "]");
    assert_int_equal(hl_string_list_parse(&names, &n, t.data, &e), 0);
    assert_int_equal(n, HL_MAX_CLASSES);
    hl_string_list_free(names, n);
    t.len = len;
    hl_strbuf_puts(&t, ",\"another\"]");
    assert_int_equal(hl_string_list_parse(&names, &n, t.data, &e), -1);
    assert_string_equal(e.msg, "hilum.classes: expected at most 1000 classes, found 1001");
    hl_strbuf_free(&t);
}

static void bad_lists_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "[",
                                      "[]",
                                      "{}",
                                      "\"a\"",
                                      "null",
                                      "[\"a\",\"\"]",
                                      "[\"a\",1]",
                                      "[\"a\"] x",
                                      "[null]",
                                      "[\"a\\u0000b\"]",
                                      "{\"a\":\"b\"}",
                                      "[\"a\",]",
                                      "[[\"a\"]]"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        char **names = NULL;
        size_t n = 7;
        assert_int_equal(hl_string_list_parse(&names, &n, bad[i], &e), -1);
        assert_string_equal(e.msg, "hilum.classes: expected a JSON list of different names");
        assert_null(names);
        assert_int_equal(n, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(only_utf8_is_written),
        cmocka_unit_test(the_number_is_limited),
        cmocka_unit_test(bad_lists_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

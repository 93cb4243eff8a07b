/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "helpers.h"

static void text_grows(void **state)
{
    (void)state;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    assert_string_equal(t.data, "");
    for (int i = 0; i < 10000; i++)
        hl_strbuf_printf(&t, "%d,", i % 10);
    assert_int_equal(t.len, 20000);
    assert_int_equal(strlen(t.data), 20000);
    assert_memory_equal(t.data + 19990, "5,6,7,8,9,", 11);
    hl_strbuf_add(&t, "a\0b", 3);
    assert_int_equal(t.len, 20003);
    assert_memory_equal(t.data + 20000, "a\0b", 4);
    hl_strbuf_free(&t);
    assert_null(t.data);
    hl_strbuf_free(&t);
}

static void text_takes_long_pieces(void **state)
{
    (void)state;
    char *piece = malloc(70001);
    assert_non_null(piece);
    memset(piece, 'x', 70000);
    piece[70000] = '\0';
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "ab");
    hl_strbuf_printf(&t, "%s%%%s", piece, "");
    hl_strbuf_puts(&t, piece);
    assert_int_equal(t.len, 140003);
    assert_int_equal(strlen(t.data), 140003);
    assert_int_equal(t.data[70002], '%');
    hl_strbuf_free(&t);
    free(piece);
}

static void lists_show_the_first_items(void **state)
{
    (void)state;
    static const char *const expected[] = {"0", "0, 1", "0, 1, 2", "0, 1, 2, ...", "0, 1, 2, ..."};
    for (int n = 1; n <= 5; n++) {
        hl_strbuf t = {0};
        for (int i = 0; i < n; i++)
            hl_strbuf_item(&t, (size_t)i, 3, "%d", i);
        assert_string_equal(t.data, expected[n - 1]);
        hl_strbuf_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(text_takes_long_pieces),
        cmocka_unit_test(lists_show_the_first_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

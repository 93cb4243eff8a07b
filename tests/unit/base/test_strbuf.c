/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/parse.h"
#include "base/strbuf.h"
#include "format/tsv.h"
#include "helpers.h"

static void whole_numbers_are_strict(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"007", 7},
                {"-12", -12},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const char *const bad[] = {"",     " 1",  "1 ",   "\t1",
                                      "+1",   "--1", "-",    "- 1",
                                      "1.0",  "1e3", "0x10", "1,000",
                                      "nine", "1\n", "١",    "9223372036854775808",
                                      "-+1",  "1-",  "inf",  "-9223372036854775809"};
    int64_t v;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(hl_parse_i64(good[i].text, &v));
        assert_true(v == good[i].value);
    }
    v = 42;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (hl_parse_i64(bad[i], &v) || v != 42)
            fail_msg("'%s' was taken for a number", bad[i]);
}

static void counts_are_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-1",
                                      "-0",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1.5",
                                      "18446744073709551616",
                                      "99999999999999999999999"};
    uint64_t v;
    assert_true(hl_parse_u64("0", &v) && v == 0);
    assert_true(hl_parse_u64("18446744073709551615", &v) && v == UINT64_MAX);
    v = 42;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (hl_parse_u64(bad[i], &v) || v != 42)
            fail_msg("'%s' was taken for a number", bad[i]);
}

static void reals_are_strict(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0},  {"-1.5", -1.5}, {"1e-3", 1e-3}, {".5", 0.5},
                {"5.", 5}, {"1E+2", 100},  {"+2", 2},      {"1e308", 1e308}};
    static const char *const bad[] = {"",    " 1",    "1 ",  "nan",   "inf",    "-inf",  "infinity",
                                      "NAN", "1e",    "e5",  "1e+",   ".",      "-",     "1..2",
                                      "0x1", "0x1p3", "1,5", "1e309", "-1e999", "1e5.5", "1f"};
    double v;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(hl_parse_f64(good[i].text, &v));
        assert_true(v == good[i].value);
    }
    v = 42;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (hl_parse_f64(bad[i], &v) || v != 42)
            fail_msg("'%s' was taken for a number", bad[i]);
}

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

static void tsv_escapes_four_characters(void **state)
{
    (void)state;
    hl_strbuf t = {0};
    hl_tsv_escape(&t, "");
    assert_string_equal(t.data, "");
    hl_tsv_escape(&t, "a\tb\nc\rd\\e \"é\x01");
    assert_string_equal(t.data, "a\\tb\\nc\\rd\\\\e \"é\x01");
    hl_strbuf_free(&t);
}

static void tsv_round_trip(void **state)
{
    (void)state;
    /* Every pair of bytes, so that every escape meets every neighbour. */
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
        cmocka_unit_test(whole_numbers_are_strict), cmocka_unit_test(counts_are_strict),
        cmocka_unit_test(reals_are_strict),         cmocka_unit_test(text_grows),
        cmocka_unit_test(text_takes_long_pieces),   cmocka_unit_test(tsv_escapes_four_characters),
        cmocka_unit_test(tsv_round_trip),           cmocka_unit_test(malformed_escapes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/parse.h"
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
            fail_msg("'%s' was accepted as a number", bad[i]);
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
            fail_msg("'%s' was accepted as a number", bad[i]);
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
            fail_msg("'%s' was accepted as a number", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_strict),
        cmocka_unit_test(counts_are_strict),
        cmocka_unit_test(reals_are_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "split/fold.h"
#include "split/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The labels in a cell, joined by slashes. */
static const char *labels_of(const char *cell)
{
    static char text[128];
    split_word rest = split_word_inside(split_word_of(cell)), label;
    text[0] = '\0';
    while (split_word_next(&rest, "|;,", &label))
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s/", (int)label.len, label.s);
    return text;
}

static void labels_are_separated(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"A", "A/"},     {" A b ", "A b/"},
        {"A|B", "A/B/"}, {"A ; B,C", "A/B/C/"},
        {"|A||", "A/"},  {"['a', \"b c\"]", "a/b c/"},
        {"[]", ""},      {"[", "[/"},
        {"'", "'/"},     {"''", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(labels_of(cases[i][0]), cases[i][1]);
}

static void likeness_ignores_case_and_blanks_only(void **state)
{
    (void)state;
    const split_word word = split_word_of("No Finding");
    assert_true(split_word_is_like(word, split_word_of("nofinding ")));
    assert_true(split_word_is_like(word, split_word_of("NO  FINDING")));
    assert_false(split_word_is_like(word, split_word_of("No Findings")));
    assert_false(split_word_is_like(word, split_word_of("No_Finding")));
    assert_false(split_word_is_like(word, split_word_of("")));
    assert_true(split_word_is_like(split_word_of("\u00c9panchement"),
                                   split_word_of("\u00e9panche\u00a0ment")));
    assert_true(split_word_is_like(split_word_of("\u041d\u041e\u0420\u041c\u0410"),
                                   split_word_of("\u043d\u043e\u0440\u043c\u0430")));
    assert_false(split_word_is_like(split_word_of("\u00c9"), split_word_of("E")));
    assert_true(split_word_is_like(split_word_of("\xc9"), split_word_of("\xc9 ")));
    assert_false(split_word_is_like(split_word_of("\xc9"), split_word_of("\xe9")));
    assert_false(split_word_is_like(split_word_of("\xe6"), split_word_of("\u00e6")));
}

static int compare(const char *a, const char *b)
{
    return split_fold_compare(a, strlen(a), b, strlen(b));
}

/* One character or two, wide ones, and blanks of many kinds. */
static void likeness_ignores_the_form_of_unicode(void **state)
{
    (void)state;
    static const char *const like[][2] = {
        {"N\u00e9ant", "Ne\u0301ant"},      {"\u00c9", "e\u0301"},
        {"Pneumonia", "Pneumonia\u00a0"},   {"Pneumonia", "\ufeffPneumonia"},
        {"Pneumonia", "Pneu\u200bmonia"},   {"No Finding", "No\u2003Finding"},
        {"No Finding", "No\u3000Finding"},  {"P12", "\uff30\uff11\uff12"},
        {"\uac00", "\u1100\u1161"},         {"a\u0323\u0302", "\u1ead"},
        {"a\u0302\u0323", "a\u0323\u0302"}, {"STRASSE", "stra\u00dfe"},
    };
    for (size_t i = 0; i < sizeof like / sizeof *like; i++) {
        hl_strbuf x = {0}, y = {0};
        assert_int_equal(compare(like[i][0], like[i][1]), 0);
        split_fold(like[i][0], strlen(like[i][0]), &x);
        split_fold(like[i][1], strlen(like[i][1]), &y);
        assert_string_equal(x.data, y.data);
        hl_strbuf_free(&x);
        hl_strbuf_free(&y);
    }
    assert_int_not_equal(compare("e", "e\u0301"), 0);
    assert_int_not_equal(compare("e\u0301", "e\u0300"), 0);
    assert_int_not_equal(compare("o", "\u00f8"), 0);
}

/* The short way, where all is ASCII, has to agree with the long one. */
static void order_is_one(void **state)
{
    (void)state;
    static const char *const words[] = {"",        "a",       "ab",      "ab c",      "e",    "ea",
                                        "e\u0301", "\u00e9a", "ef",      "e\u0301b",  "\xff", "z",
                                        "\u00a0",  "abc",     "A\u200b", "\u00e6\xff"};
    const size_t n = sizeof words / sizeof *words;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(compare(words[i], words[k]), -compare(words[k], words[i]));
            for (size_t m = 0; m < n; m++)
                if (compare(words[i], words[k]) <= 0 && compare(words[k], words[m]) <= 0)
                    assert_true(compare(words[i], words[m]) <= 0);
        }
}

static void a_set_counts_and_sorts(void **state)
{
    (void)state;
    split_words set = {0};
    char names[1000][8];
    assert_int_equal(split_words_count(&set, split_word_of("0")), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "%d", 999 - i);
        split_words_add(&set, split_word_of(names[i]));
        split_words_add(&set, split_word_of(i % 2 ? "odd" : "even"));
    }
    assert_int_equal(set.n, 1002);
    assert_int_equal(split_words_count(&set, split_word_of("odd")), 500);
    split_words_sort(&set);
    assert_int_equal(split_words_count(&set, split_word_of("odd")), 500);
    assert_int_equal(split_words_count(&set, split_word_of("37")), 1);
    assert_int_equal(split_words_count(&set, split_word_of("1000")), 0);
    assert_true(split_word_is(set.items[0], split_word_of("0")));
    assert_true(split_word_is(set.items[1001], split_word_of("odd")));
    split_words_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_separated),
        cmocka_unit_test(likeness_ignores_case_and_blanks_only),
        cmocka_unit_test(likeness_ignores_the_form_of_unicode),
        cmocka_unit_test(order_is_one),
        cmocka_unit_test(a_set_counts_and_sorts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

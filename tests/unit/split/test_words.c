/* SPDX-License-Identifier: BSD-2-Clause */
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
        cmocka_unit_test(a_set_counts_and_sorts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

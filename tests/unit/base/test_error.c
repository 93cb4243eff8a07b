/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "helpers.h"

static void fails_with_a_message(void **state)
{
    (void)state;
    hl_err e;
    assert_int_equal(hl_fail(&e, "%s: line %d: wrong", "a.tsv", 7), -1);
    assert_string_equal(e.msg, "a.tsv: line 7: wrong");
    assert_int_equal(hl_fail(NULL, "ignored: %s", "x"), -1);
}

static void the_systems_reason_is_appended(void **state)
{
    (void)state;
    hl_err e;
    errno = ENOSPC;
    assert_int_equal(hl_fail_errno(&e, "%s: cannot be written", "f"), -1);
    assert_string_equal(e.msg, "f: cannot be written: No space left on device");
    assert_int_equal(hl_fail_errno(NULL, "f"), -1);
}

static void one_error_is_one_line(void **state)
{
    (void)state;
    hl_err e;
    hl_fail(&e, "%s: bad",
            "a\nb\r\t\x1b[31m\x7f"
            "é");
    assert_string_equal(e.msg, "a?b???[31m?é: bad");
    /* C1 controls: U+009B is CSI, U+0085 a line break, U+009F the last one; U+00A0 is a space. */
    hl_fail(&e, "\xc2\x9b[31m \xc2\x85 \xc2\x9f \xc2\xa0|é");
    assert_string_equal(e.msg, "?[31m ? ? \xc2\xa0|é");
    /* The same as single bytes, which a terminal set to Latin-1 obeys, and a truncated character.
     */
    hl_fail(&e, "\x9b[31m \xe9 \xe2\x82");
    assert_string_equal(e.msg, "?[31m ? ??");
    /* U+202E reverses a name, U+2066 and U+FEFF are invisible; U+2013 is a dash. */
    hl_fail(&e, "\xe2\x80\xaegnp.exe \xe2\x81\xa6 \xef\xbb\xbf \xe2\x80\x93");
    assert_string_equal(e.msg, "?gnp.exe ? ? \xe2\x80\x93");
    errno = ENOENT;
    hl_fail_errno(&e, "a\nb");
    assert_string_equal(e.msg, "a?b: No such file or directory");
}

static void context_comes_first(void **state)
{
    (void)state;
    hl_err e;
    hl_fail(&e, "inner");
    assert_int_equal(hl_fail_in(&e, "file"), -1);
    assert_string_equal(e.msg, "file: inner");
    assert_int_equal(hl_fail_in(NULL, "file"), -1);
}

static void long_messages_are_truncated(void **state)
{
    (void)state;
    hl_err e;
    char name[3000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    hl_fail(&e, "%s", name);
    assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
    errno = ENOENT;
    hl_fail_errno(&e, "%s", name);
    assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
    hl_fail_in(&e, "file");
    assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
    assert_int_equal(strncmp(e.msg, "file: nnn", 9), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fails_with_a_message),
        cmocka_unit_test(the_systems_reason_is_appended),
        cmocka_unit_test(one_error_is_one_line),
        cmocka_unit_test(context_comes_first),
        cmocka_unit_test(long_messages_are_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

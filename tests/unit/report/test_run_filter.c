/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/plot/run_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int filter(const char *const argv[], const hl_strbuf *in, size_t max, hl_strbuf *out,
                  hl_err *e)
{
    e->msg[0] = '\0';
    return report_run_filter(argv, in, max, out, e);
}

/* More than the capacity of a pipe, in both directions at once. */
static void passes_a_megabyte_through(void **state)
{
    (void)state;
    const char *const argv[] = {"cat", NULL};
    hl_strbuf in = {0}, out = {0};
    hl_err e;
    for (int i = 0; i < 100000; i++)
        hl_strbuf_printf(&in, "%09d\n", i);
    hl_strbuf_puts(&out, "before ");
    assert_int_equal(filter(argv, &in, (size_t)1 << 20, &out, &e), 0);
    assert_int_equal(out.len, in.len + 7);
    assert_memory_equal(out.data + 7, in.data, in.len);
    hl_strbuf_free(&in);
    hl_strbuf_free(&out);
}

static void arguments_are_not_parsed_by_a_shell(void **state)
{
    (void)state;
    const char *const argv[] = {"echo", "$HOME; `x` * 'a'", NULL};
    hl_strbuf in = {0}, out = {0};
    hl_err e;
    assert_int_equal(filter(argv, &in, 1000, &out, &e), 0);
    assert_string_equal(out.data, "$HOME; `x` * 'a'\n");
    hl_strbuf_free(&out);
}

static void expect_failure(const char *const argv[], size_t max, const char *why)
{
    hl_strbuf in = {0}, out = {0};
    hl_err e;
    assert_int_equal(filter(argv, &in, max, &out, &e), -1);
    if (!strstr(e.msg, why))
        fail_msg("expected '%s', found '%s'", why, e.msg);
    hl_strbuf_free(&out);
}

static void failures_are_reported(void **state)
{
    (void)state;
    expect_failure((const char *[]){"no-such-program-here", NULL}, 10, "not found");
    expect_failure((const char *[]){"false", NULL}, 10, "failed with status 1: no message");
    expect_failure((const char *[]){"sh", "-c", "echo one >&2; echo two >&2; exit 4", NULL}, 10,
                   "failed with status 4: two");
    expect_failure((const char *[]){"sh", "-c", "kill -9 $$", NULL}, 10, "ended by signal 9");
    expect_failure((const char *[]){"yes", NULL}, 1000, "more than the 1000 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_a_megabyte_through),
        cmocka_unit_test(arguments_are_not_parsed_by_a_shell),
        cmocka_unit_test(failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "helpers.h"

static void log_each_kind(void *arg)
{
    hl_log_name("tool");
    hl_log_quiet(*(bool *)arg);
    hl_log_info("info %d", 1);
    hl_log_warn("careful %s", "now");
    hl_log_error("broken");
    printf("%s", "");
}

static void lines_name_the_tool(void **state)
{
    (void)state;
    bool quiet = false;
    outcome o = in_child(log_each_kind, &quiet);
    assert_string_equal(o.err, "tool: info 1\ntool: warning: careful now\ntool: broken\n");
    assert_string_equal(o.out, "");
    quiet = true;
    o = in_child(log_each_kind, &quiet);
    assert_string_equal(o.err, "tool: warning: careful now\ntool: broken\n");
}

/* File names can contain anything; a message stays on one line and changes no colours. */
static void log_control_characters(void *arg)
{
    (void)arg;
    hl_log_warn("%s: left out", "a\nb\x1b[2J");
}

static void one_message_is_one_line(void **state)
{
    (void)state;
    const outcome o = in_child(log_control_characters, NULL);
    assert_string_equal(o.err, "hilum: warning: a?b?[2J: left out\n");
}

static void log_long_line(void *arg)
{
    (void)arg;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    hl_log_error("%s", text);
}

static void long_messages_are_truncated(void **state)
{
    (void)state;
    const outcome o = in_child(log_long_line, NULL);
    const size_t len = strlen(o.err);
    assert_true(len > 1024 && len < 5000);
    assert_int_equal(o.err[len - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_name_the_tool),
        cmocka_unit_test(one_message_is_one_line),
        cmocka_unit_test(long_messages_are_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

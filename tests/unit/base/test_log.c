/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "helpers.h"

static void say_all(void *arg)
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
    outcome o = in_child(say_all, &quiet);
    assert_string_equal(o.err, "tool: info 1\ntool: warning: careful now\ntool: broken\n");
    assert_string_equal(o.out, "");
    quiet = true;
    o = in_child(say_all, &quiet);
    assert_string_equal(o.err, "tool: warning: careful now\ntool: broken\n");
}

/* Names of files can hold anything; a message stays one line and changes no colours. */
static void say_nasty_name(void *arg)
{
    (void)arg;
    hl_log_warn("%s: left out", "a\nb\x1b[2J");
}

static void one_message_is_one_line(void **state)
{
    (void)state;
    const outcome o = in_child(say_nasty_name, NULL);
    assert_string_equal(o.err, "hilum: warning: a?b?[2J: left out\n");
}

static void say_long(void *arg)
{
    (void)arg;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    hl_log_error("%s", text);
}

static void long_messages_are_cut(void **state)
{
    (void)state;
    const outcome o = in_child(say_long, NULL);
    const size_t len = strlen(o.err);
    assert_true(len > 1024 && len < 5000);
    assert_int_equal(o.err[len - 1], '\n');
}

static void the_clock_goes_forward(void **state)
{
    (void)state;
    const double a = hl_now();
    usleep(2000);
    const double b = hl_now();
    assert_true(b - a >= 0.002 && b - a < 10);
}

/* ---- progress ---- */

typedef struct run {
    bool quiet, terminal, part;
} run;

/* 30 of 40, as if the last line had been shown 20 seconds before the second step. */
static void make_progress(void *arg)
{
    const run *r = arg;
    const int out = dup(STDERR_FILENO);
    int terminal = -1;
    if (r->terminal) {
        terminal = posix_openpt(O_RDWR | O_NOCTTY);
        child_expects(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
        const int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
        dup2(slave, STDERR_FILENO);
        close(slave);
    }
    hl_log_name("tool");
    hl_log_quiet(r->quiet);
    hl_progress p;
    if (r->part)
        hl_progress_start_part(&p, "images", 40);
    else
        hl_progress_start(&p, "images", 40);
    hl_progress_add(&p, 10);
    p.started -= 20;
    p.shown -= 20;
    hl_progress_add(&p, 20);
    hl_progress_add(&p, 0); /* too soon for another line */
    if (r->part)
        hl_log_info("a remark");
    hl_progress_end(&p);
    if (!r->terminal)
        return;
    /* A terminal hands on what was written in its own time: close it and read to the end. */
    close(STDERR_FILENO);
    char shown[4096];
    for (ssize_t n; (n = read(terminal, shown, sizeof shown)) > 0;)
        child_expects(write(out, shown, (size_t)n) == n);
}

static void plain_lines_elsewhere(void **state)
{
    (void)state;
    run r = {0};
    const outcome o = in_child(make_progress, &r);
    assert_exited(&o, 0);
    assert_string_equal(o.err, "tool: 30 of 40 images, 1.5/s, 7 s left\n"
                               "tool: 30 images in 20.0 s (1.5/s)\n");
}

static void a_terminal_gets_one_line(void **state)
{
    (void)state;
    run r = {.terminal = true};
    const outcome o = in_child(make_progress, &r);
    assert_exited(&o, 0);
    assert_string_equal(o.err, "\rtool: [#######---] 30 of 40 images, 1.5/s, 7 s left\033[K"
                               "\r\033[Ktool: 30 images in 20.0 s (1.5/s)\r\n");
}

static void a_part_is_shown_on_a_terminal_only(void **state)
{
    (void)state;
    run r = {.part = true};
    outcome o = in_child(make_progress, &r);
    assert_exited(&o, 0);
    assert_string_equal(o.err, "tool: a remark\n");
    r.terminal = true;
    o = in_child(make_progress, &r);
    assert_exited(&o, 0);
    assert_string_equal(o.err, "\rtool: [#######---] 30 of 40 images, 1.5/s, 7 s left\033[K"
                               "\r\033[Ktool: a remark\r\n");
}

static void quiet_means_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        run r = {.quiet = true, .terminal = kind & 1, .part = kind & 2};
        const outcome o = in_child(make_progress, &r);
        assert_exited(&o, 0);
        assert_string_equal(o.err, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_name_the_tool),
        cmocka_unit_test(one_message_is_one_line),
        cmocka_unit_test(long_messages_are_cut),
        cmocka_unit_test(the_clock_goes_forward),
        cmocka_unit_test(plain_lines_elsewhere),
        cmocka_unit_test(a_terminal_gets_one_line),
        cmocka_unit_test(a_part_is_shown_on_a_terminal_only),
        cmocka_unit_test(quiet_means_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

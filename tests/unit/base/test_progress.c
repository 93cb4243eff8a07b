/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "base/progress.h"
#include "helpers.h"

#include <regex.h>

typedef struct run {
    bool quiet, terminal, part;
} run;

/* 30 of 40 items, with the start and the last line moved 20 seconds into the past. If a busy
 * machine keeps the test waiting for up to 10 seconds, only the numbers change. */
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
    p.shown += 10;
    hl_progress_add(&p, 10); /* too soon for a line */
    p.started -= 20;
    p.shown -= 30;
    hl_progress_add(&p, 20);
    p.shown += 10;
    hl_progress_add(&p, 0); /* too soon for another line */
    if (r->part)
        hl_log_info("a remark");
    hl_progress_end(&p);
    if (!r->terminal)
        return;
    /* A terminal delivers output asynchronously: close it and read to the end. */
    close(STDERR_FILENO);
    char shown[4096];
    for (ssize_t n; (n = read(terminal, shown, sizeof shown)) > 0;)
        child_expects(write(out, shown, (size_t)n) == n);
}

/* After 20 to 30 seconds. */
#define PROGRESS "30 of 40 images, 1\\.[0-5]/s, ([7-9]|10) s left"
#define END "tool: 30 images in 2[0-9]\\.[0-9] s \\(1\\.[0-5]/s\\)"
#define DRAWN "\rtool: \\[#######---\\] " PROGRESS "\033\\[K"
#define ERASED "\r\033\\[K"

static void assert_matches(const char *text, const char *pattern)
{
    regex_t r;
    assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB), 0);
    const int status = regexec(&r, text, 0, NULL, 0);
    regfree(&r);
    if (status)
        fail_msg("expected /%s/, found '%s'", pattern, text);
}

static void a_file_gets_plain_lines(void **state)
{
    (void)state;
    run r = {0};
    const outcome o = in_child(make_progress, &r);
    assert_exited(&o, 0);
    assert_matches(o.err, "^tool: " PROGRESS "\n" END "\n$");
}

static void a_terminal_gets_one_line(void **state)
{
    (void)state;
    run r = {.terminal = true};
    const outcome o = in_child(make_progress, &r);
    assert_exited(&o, 0);
    assert_matches(o.err, "^" DRAWN ERASED END "\r\n$");
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
    assert_matches(o.err, "^" DRAWN ERASED "tool: a remark\r\n$");
}

static void quiet_prints_nothing(void **state)
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
        cmocka_unit_test(a_file_gets_plain_lines),
        cmocka_unit_test(a_terminal_gets_one_line),
        cmocka_unit_test(a_part_is_shown_on_a_terminal_only),
        cmocka_unit_test(quiet_prints_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

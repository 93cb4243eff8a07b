/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/temp_files.h"

#include <signal.h>
#include <sys/resource.h>

static char a[] = "a.tmpXXXXXX", b[] = "b.tmpXXXXXX";

static void make_two(void)
{
    const int fd = hl_temp_file_make(a);
    child_expects(fd >= 0 && hl_temp_file_make(b) >= 0);
    child_expects(write(fd, "half of a result", 16) == 16);
    child_expects(list_files(false) == 2);
}

static void leave_unfinished(void *arg)
{
    make_two();
    exit(*(int *)arg);
}

static void an_exit_leaves_nothing(void **state)
{
    (void)state;
    for (int code = 0; code < 3; code++) {
        const outcome o = in_child(leave_unfinished, &code);
        assert_exited(&o, code);
        assert_int_equal(list_files(false), 0);
    }
}

static void forget_one(void *arg)
{
    (void)arg;
    make_two();
    hl_temp_file_forget(a);
    rename(a, "a");
}

static void a_forgotten_file_stays(void **state)
{
    (void)state;
    const outcome o = in_child(forget_one, NULL);
    assert_exited(&o, 0);
    assert_file_holds("a", "half of a result");
    assert_int_equal(list_files(false), 1);
}

static void wait_for_signal(void *arg)
{
    const int *ready = arg;
    make_two();
    child_expects(write(ready[1], "", 1) == 1);
    for (;;)
        pause();
}

static void a_signal_leaves_nothing(void **state)
{
    (void)state;
    static const int fatal[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGQUIT};
    for (size_t i = 0; i < COUNT(fatal); i++) {
        int ready[2], status;
        char c;
        assert_int_equal(pipe(ready), 0);
        fflush(NULL);
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            const struct rlimit no_core = {0};
            setrlimit(RLIMIT_CORE, &no_core);
            wait_for_signal(ready);
        }
        close(ready[1]);
        assert_int_equal(read(ready[0], &c, 1), 1);
        close(ready[0]);
        assert_int_equal(list_files(false), 2);
        assert_int_equal(kill(pid, fatal[i]), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == fatal[i]);
        assert_int_equal(list_files(false), 0);
    }
}

/* As under nohup. In a child, because the handlers are set once per process. */
static void ignore_signal(void *arg)
{
    (void)arg;
    signal(SIGHUP, SIG_IGN);
    make_two();
    raise(SIGHUP);
    child_expects(list_files(false) == 2);
}

static void ignored_signals_stay_ignored(void **state)
{
    (void)state;
    const outcome o = in_child(ignore_signal, NULL);
    assert_exited(&o, 0);
    assert_int_equal(list_files(false), 0);
}

static void the_number_is_limited(void **state)
{
    (void)state;
    enum { MANY = 64 };
    char names[MANY][16];
    int n = 0, fds[MANY];
    for (; n < MANY; n++) {
        snprintf(names[n], sizeof names[n], "f%d.XXXXXX", n);
        if ((fds[n] = hl_temp_file_make(names[n])) < 0)
            break;
    }
    assert_int_equal(errno, EMFILE);
    assert_int_equal(n, 16);
    assert_int_equal(list_files(false), n);
    while (n-- > 0) {
        hl_temp_file_forget(names[n]);
        close(fds[n]);
    }
}

int main(void)
{
    default_signals();
    const struct CMUnitTest tests[] = {
        IN_FOLDER(ignored_signals_stay_ignored), IN_FOLDER(an_exit_leaves_nothing),
        IN_FOLDER(a_forgotten_file_stays),       IN_FOLDER(a_signal_leaves_nothing),
        IN_FOLDER(the_number_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

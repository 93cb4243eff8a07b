/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/output.h"

#include <sys/resource.h>

static void commit_creates_the_file(void **state)
{
    (void)state;
    hl_err e;
    hl_out o;
    assert_int_equal(hl_out_open(&o, "result", false, &e), 0);
    assert_string_equal(o.name, "result");
    fputs("some text\n", o.fp);
    assert_int_equal(access("result", F_OK), -1);
    assert_int_equal(hl_out_commit(&o, &e), 0);
    assert_file_holds("result", "some text\n");
    assert_int_equal(list_files(false), 1);
    hl_out_abort(&o); /* no effect after a commit */
    assert_int_equal(list_files(false), 1);
}

static void abort_keeps_the_old_file(void **state)
{
    (void)state;
    hl_err e;
    hl_out o = {0};
    hl_out_abort(&o);
    put_text("result", "old");
    assert_int_equal(hl_out_open(&o, "result", true, &e), 0);
    fputs("new", o.fp);
    hl_out_abort(&o);
    hl_out_abort(&o);
    assert_file_holds("result", "old");
    assert_int_equal(list_files(false), 1);
    assert_int_equal(hl_out_write_file("result", "n\0w", 3, &e), 0);
    size_t len;
    char *bytes = get_file("result", &len);
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "n\0w", 3);
    free(bytes);
}

static void mode_follows_umask(void **state)
{
    (void)state;
    static const mode_t masks[] = {022, 027, 077, 0};
    for (size_t i = 0; i < COUNT(masks); i++) {
        hl_err e;
        struct stat st;
        const mode_t before = umask(masks[i]);
        const int status = hl_out_write_file("result", "", 0, &e);
        umask(before);
        assert_int_equal(status, 0);
        assert_int_equal(stat("result", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0666 & ~masks[i]);
    }
}

static void the_folder_must_exist(void **state)
{
    (void)state;
    hl_err e;
    hl_out o;
    assert_int_equal(hl_out_open(&o, "none/result", false, &e), -1);
    assert_string_equal(e.msg, "none/result: cannot be created: No such file or directory");
    hl_out_abort(&o);
    assert_int_equal(hl_out_open(&o, "", false, &e), -1);
    assert_string_equal(e.msg, "expected the name of a file to write, found an empty one");
    assert_int_equal(list_files(false), 0);
}

static void a_folder_is_not_replaced(void **state)
{
    (void)state;
    hl_err e;
    hl_out o;
    assert_int_equal(mkdir("result", 0777), 0);
    assert_int_equal(symlink("result", "link"), 0);
    assert_int_equal(hl_out_open(&o, "result", false, &e), -1); /* before the work */
    assert_string_equal(e.msg, "result: cannot be written: Is a directory");
    assert_int_equal(hl_out_open(&o, "link", false, &e), -1);
    assert_int_equal(list_files(false), 2);
}

static void links_stay(void **state)
{
    (void)state;
    hl_err e;
    struct stat st;
    put_text("target", "old");
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(hl_out_write_file("link", "new", 3, &e), 0);
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_file_holds("target", "new");
    assert_int_equal(symlink("not-yet", "dangling"), 0);
    assert_int_equal(hl_out_write_file("dangling", "new", 3, &e), 0);
    assert_int_equal(lstat("dangling", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_file_holds("not-yet", "new");
    assert_int_equal(list_files(false), 4);
}

/* So are devices, but a test that fails must not harm the machine's. */
static void pipes_are_written_directly(void **state)
{
    (void)state;
    hl_err e;
    hl_out o;
    struct stat st;
    char text[8] = "";
    assert_int_equal(mkfifo("pipe", 0600), 0);
    const int other_end = open("pipe", O_RDWR | O_NONBLOCK);
    assert_true(other_end >= 0);
    assert_int_equal(hl_out_write_file("pipe", "text", 4, &e), 0);
    assert_int_equal(read(other_end, text, sizeof text), 4);
    assert_string_equal(text, "text");
    assert_int_equal(hl_out_open(&o, "pipe", true, &e), 0);
    hl_out_abort(&o);
    assert_int_equal(stat("pipe", &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(list_files(false), 1);
    close(other_end);
}

/* The reader of a pipe takes the first time it is closed for the end of the output. */
static void a_trial_leaves_no_trace(void **state)
{
    (void)state;
    hl_err e;
    put_text("existing", "old");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(hl_out_try("pipe", true, &e), 0); /* opening it would wait for a reader */
    assert_int_equal(hl_out_try("existing", true, &e), 0);
    assert_int_equal(hl_out_try("new", false, &e), 0);
    assert_int_equal(hl_out_try(NULL, false, &e), 0);
    assert_int_equal(hl_out_try("/dev/null", true, &e), 0);
    assert_int_equal(hl_out_try(".", true, &e), -1);
    assert_string_equal(e.msg, ".: cannot be written: Is a directory");
    assert_int_equal(hl_out_try("none/new", true, &e), -1);
    assert_string_equal(e.msg, "none/new: cannot be created: No such file or directory");
    assert_file_holds("existing", "old");
    assert_int_equal(list_files(false), 2);
}

/* ---- several together ---- */

enum { TOGETHER = 3 };
static const char *const together[TOGETHER] = {"existing", "new", "last"};

static void open_three(hl_out out[TOGETHER])
{
    hl_err e;
    put_text("existing", "old");
    for (int i = 0; i < TOGETHER; i++) {
        assert_int_equal(hl_out_open(&out[i], together[i], false, &e), 0);
        fputs("text", out[i].fp);
    }
}

static void several_appear_together(void **state)
{
    (void)state;
    hl_err e;
    hl_out out[TOGETHER], *const outs[TOGETHER] = {&out[0], &out[1], &out[2]};
    open_three(out);
    assert_int_equal(hl_out_commit_all(outs, TOGETHER, &e), 0);
    for (int i = 0; i < TOGETHER; i++)
        assert_file_holds(together[i], "text");
    assert_int_equal(list_files(false), TOGETHER);
}

/* The last one cannot get its name, so the file that the first one replaced is restored. */
static void or_none_of_them_does(void **state)
{
    (void)state;
    hl_err e;
    hl_out out[TOGETHER], *const outs[TOGETHER] = {&out[0], &out[1], &out[2]};
    open_three(out);
    assert_int_equal(mkdir("last", 0777), 0);
    assert_int_equal(hl_out_commit_all(outs, TOGETHER, &e), -1);
    assert_string_equal(e.msg, "last: cannot be written: Is a directory");
    assert_file_holds("existing", "old");
    assert_int_equal(list_files(false), 2); /* existing, and the folder */
}

static void a_full_device_changes_no_file(void **state)
{
    (void)state;
    hl_err e;
    hl_out out[TOGETHER], full, *const outs[] = {&full, &out[0], &out[1], &out[2]};
    open_three(out);
    assert_int_equal(hl_out_open(&full, "/dev/full", false, &e), 0);
    fputs("text", full.fp);
    assert_int_equal(hl_out_commit_all(outs, COUNT(outs), &e), -1);
    assert_string_equal(e.msg, "/dev/full: cannot be written: No space left on device");
    assert_file_holds("existing", "old");
    assert_int_equal(list_files(false), 1);
}

/* ---- ends of the process, full disks ---- */

static void leave_unfinished(void *arg)
{
    hl_out o;
    (void)arg;
    child_expects(hl_out_open(&o, "result", false, NULL) == 0);
    fputs("half of a result", o.fp);
    fflush(o.fp);
    child_expects(list_files(false) == 1);
}

static void an_exit_leaves_nothing(void **state)
{
    (void)state;
    const outcome o = in_child(leave_unfinished, NULL);
    assert_exited(&o, 0);
    assert_int_equal(list_files(false), 0);
}

/* A limit on the size of files fails like a full disk. */
static void write_too_much(void *arg)
{
    const bool space_at_end = *(bool *)arg;
    struct rlimit limit = {1 << 16, RLIM_INFINITY};
    child_expects(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    signal(SIGXFSZ, SIG_IGN);
    hl_err e;
    hl_out o;
    child_expects(hl_out_open(&o, "result", false, &e) == 0);
    for (int i = 0; i < 100000; i++)
        fputs("line\n", o.fp);
    if (space_at_end) {
        limit.rlim_cur = RLIM_INFINITY;
        child_expects(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    child_expects(hl_out_commit(&o, &e) == -1);
    fputs(e.msg, stderr);
}

static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    put_text("result", "old");
    /* Even if there is space again at the end, the bytes that did not fit are missing. */
    for (int space_at_end = 0; space_at_end < 2; space_at_end++) {
        bool arg = space_at_end;
        const outcome o = in_child(write_too_much, &arg);
        assert_exited(&o, 0);
        assert_string_equal(o.err, "result: cannot be written: File too large");
        assert_file_holds("result", "old");
        assert_int_equal(list_files(false), 1);
    }
}

/* ---- standard output ---- */

static void write_stdout(void *arg)
{
    const char *to = arg;
    if (to)
        child_expects(dup2(open(to, O_WRONLY), STDOUT_FILENO) == STDOUT_FILENO);
    hl_err e;
    hl_out o;
    child_expects(hl_out_open(&o, to ? "-" : NULL, true, &e) == 0);
    child_expects(strcmp(o.name, "standard output") == 0);
    fputs("text", o.fp);
    if (hl_out_commit(&o, &e) == 0)
        return;
    fputs(e.msg, stderr);
    _exit(1);
}

static void standard_output(void **state)
{
    (void)state;
    outcome o = in_child(write_stdout, NULL);
    assert_exited(&o, 0);
    assert_string_equal(o.out, "text");
    static char full[] = "/dev/full";
    o = in_child(write_stdout, full);
    assert_exited(&o, 1);
    assert_string_equal(o.err, "standard output: cannot be written: No space left on device");
}

static void write_terminal(void *arg)
{
    (void)arg;
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    child_expects(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    const char *name = ptsname(terminal);
    const int shown = open(name, O_RDWR | O_NOCTTY);
    child_expects(shown >= 0 && dup2(shown, STDOUT_FILENO) == STDOUT_FILENO);
    hl_err e;
    hl_out o;
    child_expects(hl_out_open(&o, name, true, &e) == -1 && strstr(e.msg, "refusing"));
    child_expects(hl_out_open(&o, NULL, true, &e) == -1);
    fputs(e.msg, stderr);
    child_expects(hl_out_open(&o, NULL, false, &e) == 0);
}

static void terminals_get_text_only(void **state)
{
    (void)state;
    const outcome o = in_child(write_terminal, NULL);
    assert_exited(&o, 0);
    assert_contains(o.err, "standard output: refusing to write binary data to a terminal");
}

int main(void)
{
    default_signals();
    const struct CMUnitTest tests[] = {
        IN_FOLDER(commit_creates_the_file),
        IN_FOLDER(abort_keeps_the_old_file),
        IN_FOLDER(mode_follows_umask),
        IN_FOLDER(the_folder_must_exist),
        IN_FOLDER(a_folder_is_not_replaced),
        IN_FOLDER(links_stay),
        IN_FOLDER(pipes_are_written_directly),
        IN_FOLDER(a_trial_leaves_no_trace),
        IN_FOLDER(several_appear_together),
        IN_FOLDER(or_none_of_them_does),
        IN_FOLDER(a_full_device_changes_no_file),
        IN_FOLDER(an_exit_leaves_nothing),
        IN_FOLDER(a_full_disk_leaves_nothing),
        IN_FOLDER(standard_output),
        IN_FOLDER(terminals_get_text_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

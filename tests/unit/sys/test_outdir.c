/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/outdir.h"

#include <signal.h>

/* Two files, one of them in a subfolder. */
static void fill(hl_outdir *o)
{
    hl_err e;
    assert_int_equal(hl_outdir_mkdir(o, "sub", &e), 0);
    assert_int_equal(hl_outdir_write(o, "a", "1", 1, &e), 0);
    assert_int_equal(hl_outdir_write(o, "sub/b", "22", 2, &e), 0);
}

static void clear(const char *path)
{
    char name[64];
    static const char *const files[] = {"a", "sub/b", "old"};
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(name, sizeof name, "%s/%s", path, files[i]);
        unlink(name);
    }
    snprintf(name, sizeof name, "%s/sub", path);
    rmdir(name);
    assert_int_equal(rmdir(path), 0);
}

static void commit_creates_the_folder(void **state)
{
    (void)state;
    hl_err e;
    hl_outdir o;
    struct stat st;
    const mode_t before = umask(027);
    assert_int_equal(hl_outdir_open(&o, "result//", &e), 0);
    fill(&o);
    umask(before);
    assert_int_equal(access("result", F_OK), -1);
    assert_int_equal(hl_outdir_commit(&o, false, &e), 0);
    hl_outdir_abort(&o);
    assert_int_equal(list_files(false), 1);
    assert_file_holds("result/a", "1");
    assert_file_holds("result/sub/b", "22");
    assert_int_equal(stat("result", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
    assert_int_equal(stat("result/sub/b", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    clear("result");
}

static void abort_leaves_nothing(void **state)
{
    (void)state;
    hl_err e;
    hl_outdir o = {0};
    hl_outdir_abort(&o);
    assert_int_equal(hl_outdir_open(&o, "result", &e), 0);
    fill(&o);
    assert_int_equal(list_files(false), 1);
    hl_outdir_abort(&o);
    hl_outdir_abort(&o);
    assert_int_equal(list_files(false), 0);
}

static void an_old_folder_is_kept_unless_replaced(void **state)
{
    (void)state;
    hl_err e;
    hl_outdir o;
    assert_int_equal(mkdir("result", 0777), 0);
    assert_int_equal(hl_outdir_open(&o, "result", &e), 0);
    fill(&o);
    assert_int_equal(hl_outdir_commit(&o, false, &e), 0); /* replaces an empty folder */
    put_text("result/old", "kept");
    assert_int_equal(hl_outdir_open(&o, "result", &e), 0);
    assert_int_equal(hl_outdir_commit(&o, false, &e), -1);
    assert_contains(e.msg, "result: cannot be created: Directory not empty");
    assert_file_holds("result/old", "kept");
    assert_int_equal(list_files(false), 1);
    assert_int_equal(hl_outdir_open(&o, "result", &e), 0);
    assert_int_equal(hl_outdir_write(&o, "a", "new", 3, &e), 0);
    assert_int_equal(hl_outdir_commit(&o, true, &e), 0);
    assert_file_holds("result/a", "new");
    assert_int_equal(access("result/old", F_OK), -1);
    assert_int_equal(list_files(false), 1);
    clear("result");
}

static void failures_are_reported(void **state)
{
    (void)state;
    hl_err e;
    hl_outdir o;
    assert_int_equal(hl_outdir_open(&o, "none/result", &e), -1);
    assert_string_equal(e.msg, "none/result: cannot be created: No such file or directory");
    assert_int_equal(hl_outdir_open(&o, "result", &e), 0);
    fill(&o);
    assert_int_equal(hl_outdir_mkdir(&o, "sub", &e), -1);
    assert_string_equal(e.msg, "result/sub: cannot be created: File exists");
    assert_int_equal(hl_outdir_write(&o, "a", "2", 1, &e), -1);
    assert_string_equal(e.msg, "result/a: cannot be written: File exists");
    assert_int_equal(hl_outdir_write(&o, "none/a", "2", 1, &e), -1);
    put_text("result", "a file");
    assert_int_equal(hl_outdir_commit(&o, false, &e), -1);
    assert_string_equal(e.msg, "result: cannot be created: Not a directory");
    assert_int_equal(list_files(false), 1);
}

static void be_interrupted(void *arg)
{
    hl_err e;
    hl_outdir o;
    child_expects(hl_outdir_open(&o, "result", &e) == 0);
    child_expects(hl_outdir_mkdir(&o, "sub", &e) == 0);
    child_expects(!hl_outdir_interrupted());
    raise(*(int *)arg);
    child_expects(hl_outdir_interrupted());
    hl_outdir_abort(&o);
    _exit(98); /* not reached */
}

static void a_signal_leaves_nothing(void **state)
{
    (void)state;
    int fatal[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < COUNT(fatal); i++) {
        const outcome o = in_child(be_interrupted, &fatal[i]);
        assert_true(WIFSIGNALED(o.status) && WTERMSIG(o.status) == fatal[i]);
        assert_int_equal(list_files(false), 0);
    }
}

int main(void)
{
    default_signals();
    const struct CMUnitTest tests[] = {
        IN_FOLDER(commit_creates_the_folder),
        IN_FOLDER(abort_leaves_nothing),
        IN_FOLDER(an_old_folder_is_kept_unless_replaced),
        IN_FOLDER(failures_are_reported),
        IN_FOLDER(a_signal_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

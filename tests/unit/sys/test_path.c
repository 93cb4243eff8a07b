/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/path.h"

#include <limits.h>

static void paths_are_joined(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"/", "b", "//b"}, {"a/b", "c/d", "a/b/c/d"}, {"", "b", "/b"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *path = hl_path_join(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        free(path);
    }
}

static void expect_final(const char *path, const char *expected)
{
    char *final = hl_path_final(path);
    assert_non_null(final);
    assert_string_equal(final, expected);
    free(final);
}

static void links_are_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    put_text("file", "x");
    assert_int_equal(symlink("file", "one"), 0);
    assert_int_equal(symlink("one", "two"), 0);
    assert_int_equal(symlink("nothing", "dangling"), 0);
    assert_int_equal(symlink("../nothing", "d/up"), 0);
    assert_int_equal(symlink("/nowhere/x", "d/absolute"), 0);
    expect_final("plain", "plain");
    expect_final("two", "file");
    expect_final("dangling", "nothing");
    expect_final("d/up", "d/../nothing");
    expect_final("d/absolute", "/nowhere/x");
    assert_int_equal(symlink("b", "a"), 0);
    assert_int_equal(symlink("a", "b"), 0);
    errno = 0;
    assert_null(hl_path_final("a"));
    assert_int_equal(errno, ELOOP);
    unlink("d/up");
    unlink("d/absolute");
    rmdir("d");
}

/* A name of n bytes: repetitions of one character, padded with 'x'. */
static char *name_of(const char *character, size_t n)
{
    const size_t len = strlen(character);
    char *name = calloc(1, n + 1);
    assert_non_null(name);
    size_t at = 0;
    for (; at + len <= n; at += len)
        memcpy(name + at, character, len);
    memset(name + at, 'x', n - at);
    return name;
}

static const char job_suffix[] = ".tmp-node7-4711r1.0-XXXXXX", short_suffix[] = ".tmpXXXXXX";

static void expect_temp_with(const char *path, size_t kept, const char *suffix)
{
    char *temp = hl_path_temp(path);
    assert_int_equal(strlen(temp), kept + strlen(suffix));
    assert_memory_equal(temp, path, kept);
    assert_string_equal(temp + kept, suffix);
    const int fd = mkstemp(temp);
    assert_true(fd >= 0);
    close(fd);
    unlink(temp);
    free(temp);
}

static void expect_temp(const char *path, size_t kept)
{
    expect_temp_with(path, kept, job_suffix);
}

static void in_a_job(void)
{
    setenv("HILUM_NODE", "node7", 1);
    setenv("HILUM_JOB", "4711r1.0", 1);
}

static void temporary_names_fit(void **state)
{
    (void)state;
    in_a_job();
    const size_t most = 255 - strlen(job_suffix);
    for (size_t n = 220; n <= 255; n++) {
        char *name = name_of("n", n);
        expect_temp(name, n < most ? n : most);
        free(name);
    }
    /* 127 characters of two bytes: 229 bytes would split one. */
    char *umlauts = name_of("\xc3\xbc", 254);
    expect_temp(umlauts, most - 1);
    free(umlauts);
    expect_temp("a", 1);
    expect_temp("./a.b", 5);
}

static void long_paths_fit(void **state)
{
    (void)state;
    char path[PATH_MAX] = "";
    while (strlen(path) + 2 < PATH_MAX - 12)
        strcat(path, "./");
    const size_t folder = strlen(path);
    while (strlen(path) < PATH_MAX - 1)
        strcat(path, "n");
    in_a_job();
    expect_temp_with(path, PATH_MAX - 1 - strlen(short_suffix), short_suffix);
    assert_true(folder < PATH_MAX - 11);
}

/* Two machines with one disk have processes of the same number. */
static void temporary_names_tell_host_and_process(void **state)
{
    (void)state;
    char host[256] = "", expected[300];
    unsetenv("HILUM_NODE");
    unsetenv("HILUM_JOB");
    gethostname(host, sizeof host - 1);
    snprintf(expected, sizeof expected, ".tmp-%.16s-%ld-XXXXXX", host, (long)getpid());
    expect_temp_with("a", 1, expected);
    setenv("HILUM_NODE", "a/b c", 1);
    setenv("HILUM_JOB", "12345678901234567890", 1);
    expect_temp_with("a", 1, ".tmp-a_b_c-1234567890123456-XXXXXX");
}

static bool same(const char *a, const char *b)
{
    hl_file_id x, y;
    assert_true(hl_file_id_of(a, &x));
    assert_true(hl_file_id_of(b, &y));
    const bool result = hl_file_id_same(&x, &y);
    hl_file_id_free(&x);
    hl_file_id_free(&y);
    return result;
}

static void files_are_distinguished(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("d", "e"), 0);
    assert_int_equal(symlink("new", "link"), 0);
    put_text("a", "x");
    put_text("b", "x");
    assert_int_equal(link("a", "hard"), 0);
    assert_true(same("a", "./a"));
    assert_true(same("a", "d/../a"));
    assert_true(same("a", "hard"));
    assert_false(same("a", "b"));
    assert_false(same("a", "new"));
    assert_true(same("new", "./new"));
    assert_true(same("new", "link"));
    assert_true(same("d/new", "e/new"));
    assert_false(same("d/new", "new"));
    assert_false(same("new", "newer"));
    hl_file_id id;
    assert_false(hl_file_id_of("nowhere/new", &id));
    rmdir("d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_joined), IN_FOLDER(links_are_followed),
        IN_FOLDER(temporary_names_fit),     IN_FOLDER(long_paths_fit),
        IN_FOLDER(files_are_distinguished), IN_FOLDER(temporary_names_tell_host_and_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of the unit tests: a folder for each test, reading and writing files, child processes. */
#ifndef HILUM_TESTS_UNIT_HELPERS_H
#define HILUM_TESTS_UNIT_HELPERS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Unlike assert_true, prints the text on failure. */
static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected '%s' in '%s'", part, text);
}

/* ---- an empty folder for each test ---- */

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

static inline char *test_folder(void)
{
    static char path[256];
    return path;
}

static inline int enter(void **state)
{
    (void)state;
    snprintf(test_folder(), 256, "%s/hilum-unit.XXXXXX", P_tmpdir);
    return !mkdtemp(test_folder()) || chdir(test_folder());
}

/* Counts the entries of the current folder, and removes them if and_remove is set. */
static inline size_t list_files(bool and_remove)
{
    size_t n = 0;
    DIR *d = opendir(".");
    for (struct dirent *f; d && (f = readdir(d));) {
        if (f->d_name[0] == '.' && (!f->d_name[1] || f->d_name[1] == '.'))
            continue;
        n++;
        if (and_remove && unlink(f->d_name))
            rmdir(f->d_name);
    }
    if (d)
        closedir(d);
    return n;
}

static inline int leave(void **state)
{
    (void)state;
    list_files(true);
    return chdir("/") || rmdir(test_folder());
}

/* ---- files ---- */

static inline void put_file(const char *path, const void *bytes, size_t len)
{
    unlink(path); /* some file systems are slow to overwrite */
    FILE *fp = fopen(path, "wb");
    assert_non_null(fp);
    assert_int_equal(fwrite(bytes, 1, len, fp), len);
    assert_int_equal(fclose(fp), 0);
}

static inline void put_text(const char *path, const char *text)
{
    put_file(path, text, strlen(text));
}

/* NUL-terminated; the caller frees. */
static inline char *get_file(const char *path, size_t *len)
{
    FILE *fp = fopen(path, "rb");
    assert_non_null(fp);
    struct stat st;
    assert_int_equal(fstat(fileno(fp), &st), 0);
    char *bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    *len = fread(bytes, 1, (size_t)st.st_size, fp);
    assert_int_equal(*len, st.st_size);
    bytes[*len] = '\0';
    fclose(fp);
    return bytes;
}

static inline void assert_file_holds(const char *path, const char *text)
{
    size_t len;
    char *found = get_file(path, &len);
    assert_string_equal(found, text);
    free(found);
}

/* ---- child processes ---- */

typedef struct outcome {
    int status; /* as waitpid gives it */
    char out[8192], err[8192];
} outcome;

static inline void read_back(int fd, char *text, size_t size)
{
    const ssize_t n = pread(fd, text, size - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
}

/* As on a terminal, however the tests are run: a background job ignores SIGINT and SIGQUIT. */
static inline void default_signals(void)
{
    for (int sig = 1; sig < SIGSYS; sig++)
        signal(sig, SIG_DFL); /* fails for those that cannot be caught, which are default anyway */
}

/* Runs body in a child process and captures its output. The child must not use asserts; it exits
 * with 99 if a child_expects fails, and with 0 if body returns. */
static inline outcome in_child(void (*body)(void *), void *arg)
{
    outcome o;
    const int out = memfd_create("out", 0), err = memfd_create("err", 0);
    assert_true(out >= 0 && err >= 0);
    fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        body(arg);
        exit(0);
    }
    assert_int_equal(waitpid(pid, &o.status, 0), pid);
    read_back(out, o.out, sizeof o.out);
    read_back(err, o.err, sizeof o.err);
    return o;
}

static inline void child_expects(bool ok)
{
    if (!ok)
        _exit(99);
}

static inline void assert_exited(const outcome *o, int code)
{
    if (!WIFEXITED(o->status) || WEXITSTATUS(o->status) != code)
        fail_msg("expected exit status %d, found wait status %#x: %s", code, (unsigned)o->status,
                 o->err);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#include "run_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Input and error messages are files in memory, so that no second pipe can fill up while the output
 * is read. */
typedef struct channels {
    int in, err, out[2];
} channels;

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(channels *p)
{
    close_one(&p->in);
    close_one(&p->err);
    close_one(&p->out[0]);
    close_one(&p->out[1]);
}

static int open_channels(channels *p, const hl_strbuf *input, hl_err *e)
{
    *p = (channels){-1, -1, {-1, -1}};
    p->in = memfd_create("input", MFD_CLOEXEC);
    p->err = memfd_create("messages", MFD_CLOEXEC);
    if (p->in >= 0 && p->err >= 0 && pipe2(p->out, O_CLOEXEC) == 0 &&
        write_all(p->in, input->data, input->len) == 0 && lseek(p->in, 0, SEEK_SET) == 0)
        return 0;
    hl_fail_errno(e, "cannot create a pipe");
    close_all(p);
    return -1;
}

static int not_found(const char *program, hl_err *e)
{
    return hl_fail(e, "%s: not found: is it installed?", program);
}

static int start(const char *const argv[], const channels *p, pid_t *pid, hl_err *e)
{
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, p->in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, p->out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, p->err, STDERR_FILENO);
    /* posix_spawnp, like execv, does not change argv, although its type is not const. */
    errno = posix_spawnp(pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (errno == ENOENT)
        return not_found(argv[0], e);
    return errno ? hl_fail_errno(e, "%s: cannot be started", argv[0]) : 0;
}

static int collect(int fd, const char *program, size_t max, hl_strbuf *out, hl_err *e)
{
    char buf[1 << 14];
    const size_t before = out->len;
    for (;;) {
        const ssize_t n = read(fd, buf, sizeof buf);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return hl_fail_errno(e, "%s: its output cannot be read", program);
        if (out->len - before + (size_t)n > max)
            return hl_fail(e, "%s: it wrote more than the %zu bytes expected", program, max);
        hl_strbuf_add(out, buf, (size_t)n);
    }
}

/* Quotes the last line with any text: gnuplot puts blank lines and carets around its message. */
static void quote_messages(int fd, const char *program, const char *how, hl_err *e)
{
    char buf[2048];
    const ssize_t n = pread(fd, buf, sizeof buf - 1, 0);
    buf[n > 0 ? n : 0] = '\0';
    const char *message = "no message";
    for (char *rest = buf, *line; (line = strsep(&rest, "\n"));) {
        line += strspn(line, " \t^");
        if (*line)
            message = line;
    }
    hl_fail(e, "%s: %s: %s", program, how, message);
}

/* POSIX allows posix_spawn to report a missing program by exit status 127, as happens under qemu.
 */
static bool was_never_started(int status, int messages)
{
    struct stat st;
    return WIFEXITED(status) && WEXITSTATUS(status) == 127 && fstat(messages, &st) == 0 &&
           st.st_size == 0;
}

static int finish(pid_t pid, const channels *p, const char *program, hl_err *e)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return hl_fail_errno(e, "%s: cannot be waited for", program);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (was_never_started(status, p->err))
        return not_found(program, e);
    char how[64];
    if (WIFEXITED(status))
        snprintf(how, sizeof how, "it failed with status %d", WEXITSTATUS(status));
    else
        snprintf(how, sizeof how, "it was ended by signal %d", WTERMSIG(status));
    quote_messages(p->err, program, how, e);
    return -1;
}

int report_run_filter(const char *const argv[], const hl_strbuf *input, size_t max, hl_strbuf *out,
                      hl_err *e)
{
    channels p;
    pid_t pid;
    if (open_channels(&p, input, e))
        return -1;
    if (start(argv, &p, &pid, e)) {
        close_all(&p);
        return -1;
    }
    close_one(&p.out[1]);
    int status = collect(p.out[0], argv[0], max, out, e);
    hl_err later;
    if (status)
        kill(pid, SIGKILL);
    if (finish(pid, &p, argv[0], status ? &later : e))
        status = -1;
    close_all(&p);
    return status;
}

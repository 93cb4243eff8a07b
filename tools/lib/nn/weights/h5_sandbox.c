/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading HDF5 in a child process. The library crashes on some damaged files, loops on others, and
 * writes where it should not on some that it seems to read: so it never touches a file in the
 * process that wants the weights. That one gets numbers and lines of text, through shared memory.
 */
#include "base/mem.h"
#include "nn/weights/h5_file.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMPLAINT_BYTES = 1 << 22 };

/* What the child leaves. */
typedef struct answer {
    int finished, failed;
    hl_err error;
    size_t complaints, untold; /* lines that are here, one behind the other, and that had no room */
    char lines[COMPLAINT_BYTES];
    float values[]; /* of all weights, in the order of layers */
} answer;

/* ---- the child ---- */

/* Seconds of computing that a file of this size may take: a whole InceptionResNetV2, 200 MB, needs
 * less than one. */
static rlim_t patience(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 5 : 5 + (rlim_t)(st.st_size >> 24);
}

/* The library's memory on top of what there is; sanitizers have their own ideas of that. */
static void limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
    enum { ROOM = 512 << 20 };
    unsigned long pages = 0;
    FILE *fp = fopen("/proc/self/statm", "r");
    if (fp && fscanf(fp, "%*u %*u %*u %*u %*u %lu", &pages) == 1) {
        const rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ROOM;
        setrlimit(RLIMIT_DATA, &(struct rlimit){most, most});
    }
    if (fp)
        fclose(fp);
#endif
}

/* It is expected to crash or to loop: it leaves no core, and cleans up nothing of the parent's. */
static void confine(const nn_import *in)
{
    static const int ends[] = {SIGXCPU, SIGSEGV, SIGBUS,  SIGABRT, SIGFPE, SIGILL,
                               SIGTERM, SIGINT,  SIGQUIT, SIGHUP,  SIGPIPE};
    const rlim_t seconds = patience(in->path);
    const struct rlimit no_core = {0, 0}, time = {seconds, seconds + 1};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_CPU, &time);
    limit_memory();
    hl_mem_end_at_once();
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        signal(ends[i], SIG_DFL);
}

/* The child's own table of weights now points into what it shares. */
static void share_values(const nn_import *in, answer *a)
{
    float *next = a->values;
    for (int i = 0; i < in->n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(in->n, i, specs);
        for (int k = 0; k < count; next += specs[k++].size)
            in->w->values[i][k] = next;
    }
}

static void share_complaints(const nn_problems *c, answer *a)
{
    size_t at = 0;
    for (size_t i = 0; i < c->n; i++) {
        const size_t bytes = strlen(c->lines[i]) + 1;
        if (at + bytes > sizeof a->lines) {
            a->untold = c->n - i;
            return;
        }
        memcpy(a->lines + at, c->lines[i], bytes);
        at += bytes;
        a->complaints++;
    }
}

_Noreturn static void read_in_child(const nn_import *in, answer *a)
{
    confine(in);
    share_values(in, a);
    a->failed = nn_h5_read_file(in, &a->error);
    share_complaints(in->complaints, a);
    a->finished = 1;
    _exit(0);
}

/* ---- the parent ---- */

static int wait_for(pid_t child, const nn_import *in, hl_err *e)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return hl_fail_errno(e, "%s: the child process that reads it is gone", in->path);
    return status;
}

static void take_complaints(const nn_import *in, const answer *a)
{
    size_t at = 0;
    for (size_t i = 0; i < a->complaints && at < sizeof a->lines; i++) {
        const char *line = a->lines + at;
        const size_t length = strnlen(line, sizeof a->lines - at);
        nn_add_problem(in->complaints, "%.*s", (int)length, line);
        at += length + 1;
    }
    if (a->untold)
        nn_add_problem(in->complaints, "and %zu more", a->untold);
}

static void take_values(const nn_import *in, const answer *a)
{
    const float *next = a->values;
    for (int i = 0; i < in->n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(in->n, i, specs);
        for (int k = 0; k < count; next += specs[k++].size)
            memcpy(in->w->values[i][k], next, (size_t)specs[k].size * sizeof *next);
    }
}

/* What its end says of the file, or of the machine. */
static int blame(const nn_import *in, int status, hl_err *e)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == HL_MEM_STATUS)
        return hl_fail(e, "%s: out of memory in the child process that reads it", in->path);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM))
        return hl_fail(e, "%s: the child process that reads it was killed", in->path);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return hl_fail(e, "%s: damaged: the HDF5 library comes to no end in %ju s", in->path,
                       (uintmax_t)patience(in->path));
    return hl_fail(e, "%s: damaged: the HDF5 library does not survive reading it", in->path);
}

static int take(const nn_import *in, const answer *a, int status, hl_err *e)
{
    if (status < 0)
        return -1;
    if (status != 0 || !a->finished)
        return blame(in, status, e);
    if (a->failed)
        return hl_fail(e, "%.*s", (int)sizeof a->error.msg - 1, a->error.msg);
    take_complaints(in, a);
    take_values(in, a);
    return 0;
}

int nn_read_h5(const nn_import *in, hl_err *e)
{
    const size_t size = sizeof(answer) + nn_net_weight_count(in->n) * sizeof(float);
    answer *a = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (a == MAP_FAILED)
        return hl_fail_errno(e, "%s: no memory to read it into", in->path);
    const pid_t child = fork();
    if (child == 0)
        read_in_child(in, a);
    const int status = child < 0
                           ? hl_fail_errno(e, "%s: cannot be read in a child process", in->path)
                           : take(in, a, wait_for(child, in, e), e);
    munmap(a, size);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading HDF5 in a child process. The library crashes on some damaged files, loops on others, and
 * writes where it should not on some that it seems to read: so it never touches a file in the
 * process that wants the weights. That one gets numbers and lines of text, through shared memory,
 * and believes neither.
 */
#include "../common/mem.h"
#include "h5_file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

static size_t count_values(const net *n)
{
    size_t count = 0;
    for (int i = 0; i < n->n; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        for (int k = net_weight_specs(n, i, specs) - 1; k >= 0; k--)
            count += (size_t)specs[k].size;
    }
    return count;
}

/* ---- the child ---- */

/* Seconds of computing that a file of this size may take: a whole InceptionResNetV2, 200 MB, needs
 * less than one. */
static rlim_t patience(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 5 : 5 + (rlim_t)(st.st_size >> 24);
}

/* It is expected to crash or to loop, and leaves no core. */
static void confine(const net_import *in)
{
    static const int ends[] = {SIGXCPU, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    const rlim_t seconds = patience(in->path);
    const struct rlimit no_core = {0, 0}, time = {seconds, seconds};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_CPU, &time);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        signal(ends[i], SIG_DFL);
}

/* The child's own table of weights now points into what it shares. */
static void share_values(const net_import *in, answer *a)
{
    float *next = a->values;
    for (int i = 0; i < in->n->n; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        const int count = net_weight_specs(in->n, i, specs);
        for (int k = 0; k < count; next += specs[k++].size)
            in->w->values[i][k] = next;
    }
}

static void share_complaints(const net_complaints *c, answer *a)
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

_Noreturn static void read_in_child(const net_import *in, answer *a)
{
    confine(in);
    share_values(in, a);
    a->failed = h5_read_file(in, &a->error);
    share_complaints(in->complaints, a);
    a->finished = 1;
    _exit(0);
}

/* ---- the parent ---- */

static int wait_for(pid_t child, const net_import *in, hl_err *e)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return hl_fail_errno(e, "%s: the child process that reads it is gone", in->path);
    return status;
}

static void take_complaints(const net_import *in, const answer *a)
{
    size_t at = 0;
    for (size_t i = 0; i < a->complaints && at < sizeof a->lines; i++) {
        const char *line = a->lines + at;
        const size_t length = strnlen(line, sizeof a->lines - at);
        net_complain(in->complaints, "%.*s", (int)length, line);
        at += length + 1;
    }
    if (a->untold)
        net_complain(in->complaints, "and %zu more", a->untold);
}

static void take_values(const net_import *in, const answer *a)
{
    const float *next = a->values;
    for (int i = 0; i < in->n->n; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        const int count = net_weight_specs(in->n, i, specs);
        for (int k = 0; k < count; next += specs[k++].size)
            memcpy(in->w->values[i][k], next, (size_t)specs[k].size * sizeof *next);
    }
}

static int take(const net_import *in, const answer *a, int status, hl_err *e)
{
    if (status < 0)
        return -1;
    if (status != 0 || !a->finished)
        return hl_fail(e, "%s: damaged: the HDF5 library does not survive reading it", in->path);
    if (a->failed)
        return hl_fail(e, "%.*s", (int)sizeof a->error.msg - 1, a->error.msg);
    take_complaints(in, a);
    take_values(in, a);
    return 0;
}

int net_read_h5(const net_import *in, hl_err *e)
{
    const size_t size = sizeof(answer) + count_values(in->n) * sizeof(float);
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

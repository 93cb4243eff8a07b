/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads HDF5 in a child process. On damaged files the library may crash, loop forever or silently
 * corrupt memory, so it never touches a file in the process that uses the weights. The child
 * returns numbers and lines of text through shared memory.
 */
#include "base/mem.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/h5_file.h"
#include "sys/confine.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROBLEM_BYTES = 1 << 22 };

/* Written by the child, read by the parent. */
typedef struct child_result {
    int finished, failed;
    hl_err error;
    size_t problems, omitted; /* problems in lines[], and problems for which it had no space */
    char lines[PROBLEM_BYTES];
    float values[]; /* of all weights, layer by layer */
} child_result;

/* ---- the child ---- */

/* CPU seconds allowed for a file of this size. A complete InceptionResNetV2, 200 MB, takes less
 * than one. */
static unsigned cpu_limit(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 5 : 5 + (unsigned)(st.st_size >> 24);
}

/* Points the child's table of weights into the shared memory. */
static void share_values(const nn_import *in, child_result *r)
{
    float *next = r->values;
    for (int i = 0; i < in->n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(in->n, i, specs);
        for (int k = 0; k < count; next += specs[k++].size)
            in->w->values[i][k] = next;
    }
}

static void share_problems(const nn_problems *c, child_result *r)
{
    size_t at = 0;
    for (size_t i = 0; i < c->n; i++) {
        const size_t bytes = strlen(c->lines[i]) + 1;
        if (at + bytes > sizeof r->lines) {
            r->omitted = c->n - i;
            return;
        }
        memcpy(r->lines + at, c->lines[i], bytes);
        at += bytes;
        r->problems++;
    }
}

_Noreturn static void read_in_child(const nn_import *in, child_result *r)
{
    hl_confine();
    hl_confine_cpu(cpu_limit(in->path));
    hl_confine_memory((size_t)512 << 20);
    share_values(in, r);
    r->failed = nn_h5_read_file(in, &r->error);
    share_problems(in->problems, r);
    r->finished = 1;
    _exit(0);
}

/* ---- the parent ---- */

static int wait_for(pid_t child, const nn_import *in, hl_err *e)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return hl_fail_errno(e, "%s: the child process that reads it is lost", in->path);
    return status;
}

static void copy_problems(const nn_import *in, const child_result *r)
{
    size_t at = 0;
    for (size_t i = 0; i < r->problems && at < sizeof r->lines; i++) {
        const char *line = r->lines + at;
        const size_t length = strnlen(line, sizeof r->lines - at);
        nn_add_problem(in->problems, "%.*s", (int)length, line);
        at += length + 1;
    }
    if (r->omitted)
        nn_add_problem(in->problems, "and %zu more", r->omitted);
}

static void copy_values(const nn_import *in, const child_result *r)
{
    const float *next = r->values;
    for (int i = 0; i < in->n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(in->n, i, specs);
        for (int k = 0; k < count; next += specs[k++].size)
            memcpy(in->w->values[i][k], next, (size_t)specs[k].size * sizeof *next);
    }
}

static int collect_result(const nn_import *in, const child_result *r, int status, hl_err *e)
{
    if (status < 0)
        return -1;
    if (status != 0 || !r->finished)
        return hl_confine_report(in->path, "the HDF5 library", status, cpu_limit(in->path), e);
    if (r->failed)
        return hl_fail(e, "%.*s", (int)sizeof r->error.msg - 1, r->error.msg);
    copy_problems(in, r);
    copy_values(in, r);
    return 0;
}

int nn_read_h5(const nn_import *in, hl_err *e)
{
    const size_t size = sizeof(child_result) + nn_net_weight_count(in->n) * sizeof(float);
    child_result *r = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r == MAP_FAILED)
        return hl_fail_errno(e, "%s: out of memory", in->path);
    const pid_t child = fork();
    if (child == 0)
        read_in_child(in, r);
    const int status = child < 0
                           ? hl_fail_errno(e, "%s: cannot be read in a child process", in->path)
                           : collect_result(in, r, wait_for(child, in, e), e);
    munmap(r, size);
    return status;
}

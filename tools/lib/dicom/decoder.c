/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/decoder.h"

#include "base/mem.h"
#include "sys/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What parent and child share: a frame, then its codestream, then the samples. */
typedef struct job {
    dc_frame frame;
    char syntax[65];
    size_t size; /* of the samples, in bytes */
    int status;
    char problem[300];
} job;

typedef struct child {
    pid_t pid; /* 0: none */
    int fd;    /* a byte there and back for each frame */
    job *shared;
    size_t capacity; /* bytes behind *shared */
} child;

enum { LEAST = 64 << 20, ALIGNMENT = 64 };

static size_t aligned(size_t n)
{
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static uint8_t *bytes_of(job *j)
{
    return (uint8_t *)j + aligned(sizeof *j);
}

/* CPU seconds for a frame: the slowest codec decodes some 10 MB a second. */
static unsigned seconds_for(size_t size)
{
    return 10 + (unsigned)(size >> 20);
}

/* ---- the child ---- */

/* OpenJPEG takes 4 bytes a sample, several times. */
static size_t memory_for(const job *j)
{
    return ((size_t)256 << 20) + 16 * j->size + 2 * j->frame.len;
}

_Noreturn static void serve(int fd, job *j)
{
    char byte;
    while (read(fd, &byte, 1) == 1) {
        hl_confine_cpu(seconds_for(j->size));
        hl_confine_memory(memory_for(j));
        dc_frame frame = j->frame;
        frame.bytes = bytes_of(j);
        frame.syntax = j->syntax;
        j->status = dc_decode(&frame, bytes_of(j) + aligned(frame.len), j->size, j->problem,
                              sizeof j->problem);
        if (write(fd, &byte, 1) != 1)
            break;
    }
    _exit(0);
}

/* OpenJPEG has assertions that damaged frames fail; the parent says what has happened. */
static void silence(void)
{
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
}

_Noreturn static void begin_child(int fd, job *j, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* when the thread ends */
    if (getppid() != parent)
        _exit(0);
    hl_confine();
    silence();
    close_range(3, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
    serve(fd, j);
}

/* ---- the parent ---- */

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* While a child is made: its end of the socket must not get into another child. */
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static int end_child(child *c)
{
    int status = 0;
    if (c->pid) {
        kill(c->pid, SIGKILL);
        close(c->fd);
        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (c->shared)
        munmap(c->shared, c->capacity);
    *c = (child){0};
    return status;
}

static void end_with_thread(void *kept)
{
    end_child(kept);
    free(kept);
}

static void make_key(void)
{
    pthread_key_create(&key, end_with_thread);
}

static child *child_of_thread(void)
{
    pthread_once(&once, make_key);
    child *c = pthread_getspecific(key);
    if (!c) {
        c = hl_calloc(1, sizeof *c);
        pthread_setspecific(key, c);
    }
    return c;
}

static int start(child *c, size_t capacity, const char *name, hl_err *e)
{
    int ends[2];
    const pid_t self = getpid();
    c->capacity = capacity;
    c->shared = mmap(NULL, capacity, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c->shared == MAP_FAILED) {
        c->shared = NULL;
        return hl_fail_errno(e, "%s: cannot be decoded", name);
    }
    pthread_mutex_lock(&making);
    int status = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    if (status == 0) {
        c->pid = fork();
        if (c->pid == 0)
            begin_child(ends[1], c->shared, self);
        close(ends[1]);
        c->fd = ends[0];
    }
    pthread_mutex_unlock(&making);
    if (status == 0 && c->pid > 0)
        return 0;
    hl_fail_errno(e, "%s: cannot be decoded in a child process", name);
    if (status == 0)
        close(ends[0]);
    c->pid = 0;
    return end_child(c), -1;
}

/* Whether the child has answered; else it has ended. */
static int ask(const child *c)
{
    char byte = 0;
    ssize_t n;
    if (send(c->fd, &byte, 1, MSG_NOSIGNAL) != 1)
        return -1;
    while ((n = read(c->fd, &byte, 1)) < 0 && errno == EINTR)
        ;
    return n == 1 ? 0 : -1;
}

static int report_end(child *c, size_t size, const char *name, hl_err *e)
{
    int status;
    while (waitpid(c->pid, &status, 0) < 0)
        if (errno != EINTR)
            return hl_fail_errno(e, "%s: the child process that decodes it is lost", name);
    close(c->fd);
    c->pid = 0;
    end_child(c);
    return hl_confine_report(name, "the decoder", status, seconds_for(size), e);
}

int hl_dicom_decode_frame(const dc_frame *frame, const uint8_t **samples, size_t size,
                          const char *name, hl_err *e)
{
    char problem[300];
    const size_t needed = aligned(sizeof(job)) + aligned(frame->len) + size;
    child *c = child_of_thread();
    if (dc_load(problem, sizeof problem))
        return hl_fail(e, "%s: cannot be decoded: %s", name, problem);
    if (c->pid && c->capacity < needed)
        end_child(c);
    if (!c->pid && start(c, needed > LEAST ? needed : LEAST, name, e))
        return -1;
    job *j = c->shared;
    *j = (job){.frame = *frame, .size = size, .status = -1};
    snprintf(j->syntax, sizeof j->syntax, "%s", frame->syntax);
    memcpy(bytes_of(j), frame->bytes, frame->len);
    if (ask(c))
        return report_end(c, size, name, e);
    if (j->status)
        return hl_fail(e, "%s: cannot be decoded, or is damaged: %.*s", name,
                       (int)sizeof j->problem - 1, j->problem);
    *samples = bytes_of(j) + aligned(frame->len);
    return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"

#include "base/log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static bool at_once;

void hl_mem_end_at_once(void)
{
    at_once = true;
}

enum { MAX_CLEANUPS = 4 };
static void (*cleanups[MAX_CLEANUPS])(void);
static int ncleanups;

void hl_at_end(void (*clean)(void))
{
    if (ncleanups == MAX_CLEANUPS || atexit(clean))
        abort();
    cleanups[ncleanups++] = clean;
}

/* exit would also run the destructors of libraries that other threads are still using. Only one
 * thread cleans up: a second one would end the process before the first has removed everything. */
static _Noreturn void exit_out_of_memory(void)
{
    static _Atomic pid_t owner;
    pid_t nobody = 0;
    if (atomic_compare_exchange_strong(&owner, &nobody, gettid())) {
        for (int i = ncleanups - 1; i >= 0; i--)
            cleanups[i]();
        _exit(1);
    }
    if (owner == gettid())
        _exit(1); /* cleaning up ran out of memory, too */
    for (;;)
        pause();
}

static void *checked(void *p, size_t n, size_t size)
{
    if (p || n == 0 || size == 0)
        return p;
    if (at_once)
        _exit(HL_MEM_STATUS);
    hl_log_error("out of memory: %zu x %zu bytes requested", n, size);
    exit_out_of_memory();
}

void hl_mem_expect(size_t bytes)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return;
    void *trial = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (trial != MAP_FAILED)
        munmap(trial, bytes);
    else
        checked(NULL, bytes, 1);
}

void *hl_malloc(size_t n, size_t size)
{
    return hl_realloc(NULL, n, size);
}

void *hl_calloc(size_t n, size_t size)
{
    return checked(calloc(n ? n : 1, size), n, size);
}

void *hl_realloc(void *p, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return checked(NULL, n, size);
    return checked(realloc(p, bytes ? bytes : 1), n, size);
}

void *hl_aligned(size_t n, size_t size)
{
    enum { LINE = 64 };
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - LINE)
        return checked(NULL, n, size);
    bytes = bytes ? (bytes + LINE - 1) / LINE * LINE : LINE;
    return checked(aligned_alloc(LINE, bytes), n, size);
}

char *hl_strdup(const char *s)
{
    return hl_strndup(s, strlen(s));
}

char *hl_strndup(const char *s, size_t len)
{
    char *copy = hl_malloc(len + 1, 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

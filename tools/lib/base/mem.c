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

enum { MAX_CLEANERS = 4 };
static void (*cleaners[MAX_CLEANERS])(void);
static int ncleaners;

void hl_at_end(void (*clean)(void))
{
    if (ncleaners == MAX_CLEANERS || atexit(clean))
        abort();
    cleaners[ncleaners++] = clean;
}

/* Not by exit, which also takes down libraries that other threads are in; and by one thread, or the
 * second would cut short what the first one has to remove. */
static _Noreturn void end_for_want_of_memory(void)
{
    static _Atomic pid_t ender;
    pid_t nobody = 0;
    if (atomic_compare_exchange_strong(&ender, &nobody, gettid())) {
        for (int i = ncleaners - 1; i >= 0; i--)
            cleaners[i]();
        _exit(1);
    }
    if (ender == gettid())
        _exit(1); /* cleaning wants memory, too */
    for (;;)
        pause();
}

static void *checked(void *p, size_t n, size_t size)
{
    if (p || n == 0 || size == 0)
        return p;
    if (at_once)
        _exit(HL_MEM_STATUS);
    hl_log_error("out of memory: %zu x %zu bytes asked for", n, size);
    end_for_want_of_memory();
}

void hl_mem_expect(size_t bytes)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return;
    void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room != MAP_FAILED)
        munmap(room, bytes);
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

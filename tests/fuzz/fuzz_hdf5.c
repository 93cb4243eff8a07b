/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HDF5 weights from arbitrary bytes, read as the tools do: in a child process, because the library
 * crashes on some files. The child shares libFuzzer's coverage counters. The library needs a file
 * on disk.
 */
#include "fuzz.h"

#include "small_net.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <hdf5.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* Errors of the library itself are suppressed: this target tests the code that calls it. */
const char *__asan_default_suppressions(void);
const char *__asan_default_suppressions(void)
{
    return "interceptor_via_lib:libhdf5";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

static int fd;
static int *reports; /* errors from the sanitizer and unclosed handles, including the children's */

/* Whether the error is in the library, which never calls our code. */
static bool is_in_library(void)
{
    void *frames[64];
    const int n = backtrace(frames, 64);
    Dl_info where;
    for (int i = 0; i < n; i++)
        if (dladdr(frames[i], &where) && strstr(where.dli_fname, "libhdf5"))
            return true;
    return false;
}

/* Without this, a child that reports an error would look like a crash of the library. */
void __asan_on_error(void);
void __asan_on_error(void)
{
    if (reports && !is_in_library())
        ++*reports;
}

void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));

/* A small file takes milliseconds, but the library loops forever on some. The way that a child ends
 * is not an error. */
static void limit_child(void)
{
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(NULL);
    const struct itimerval soon = {.it_value = {.tv_usec = 200000}};
    setitimer(ITIMER_PROF, &soon, NULL);
    signal(SIGPROF, SIG_DFL);
}

/* Coverage in the child counts too: it copies its counters, one per edge, to shared memory when it
 * ends. They are named in assembler because a declaration would replace clang's own. */
#if defined HL_FUZZ && defined __x86_64__
static uint8_t *child_counters; /* shared */

static uint8_t *counters(size_t *n)
{
    uint8_t *first, *end;
    __asm__("lea __start___sancov_cntrs(%%rip), %0" : "=r"(first));
    __asm__("lea __stop___sancov_cntrs(%%rip), %0" : "=r"(end));
    *n = (size_t)(end - first);
    return first;
}

static void allocate_counters(void)
{
    size_t n;
    counters(&n);
    child_counters = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FUZZ_EXPECT(child_counters != MAP_FAILED);
}

void _exit(int status)
{
    size_t n;
    const uint8_t *own = counters(&n);
    if (child_counters)
        memcpy(child_counters, own, n);
    if (reports && H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) != 0)
        ++*reports; /* unclosed handles */
    syscall(SYS_exit_group, status);
    __builtin_unreachable();
}

static void merge_counters(void)
{
    size_t n;
    uint8_t *own = counters(&n);
    for (size_t i = 0; i < n; i++)
        if (child_counters[i] > own[i]) /* the child started with the parent's counts */
            own[i] = child_counters[i];
    memset(child_counters, 0, n);
}
#else
static void allocate_counters(void) {}
static void merge_counters(void) {}
#endif

static void start(void)
{
    allocate_counters();
    fd = open(fuzz_path(), O_RDWR | O_CLOEXEC);
    FUZZ_EXPECT(fd >= 0);
    reports =
        mmap(NULL, sizeof *reports, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FUZZ_EXPECT(reports != MAP_FAILED);
    H5open(); /* once, not in every child */
    pthread_atfork(NULL, NULL, limit_child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    FUZZ_EXPECT(ftruncate(fd, (off_t)size) == 0);
    FUZZ_EXPECT(pwrite(fd, data, size, 0) == (ssize_t)size);
    small_net_read(fuzz_path());
    merge_counters();
    FUZZ_EXPECT(*reports == 0);
    return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weights as HDF5, whatever bytes, read as the tools do it: in a child, for the library does not
 * survive every file. The counters that the fuzzer goes by are shared with it. The library wants a
 * file with a name of its own.
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

/* What the library itself does wrong: here it is about the code that calls it. */
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
static int *reports; /* of the sanitizer and of things left open, by the children too */

/* Whether it is the library that is at work: it calls nothing of ours. */
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

/* A child that reports something would else be taken for one that the library has crashed. */
void __asan_on_error(void);
void __asan_on_error(void)
{
    if (reports && !is_in_library())
        ++*reports;
}

void __sanitizer_set_death_callback(void (*)(void)) __attribute__((weak));

/* A small file takes milliseconds; the library loops on some without end. How a child dies is no
 * finding. */
static void limit_child(void)
{
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(NULL);
    const struct itimerval soon = {.it_value = {.tv_usec = 200000}};
    setitimer(ITIMER_PROF, &soon, NULL);
    signal(SIGPROF, SIG_DFL);
}

/* What the child reaches counts, too: it leaves its counters, one for each edge, when it ends. (By
 * their names in assembler: a declaration would take the place of clang's own.) */
#if defined HL_FUZZ && defined __x86_64__
static uint8_t *left; /* shared */

static uint8_t *counters(size_t *n)
{
    uint8_t *first, *end;
    __asm__("lea __start___sancov_cntrs(%%rip), %0" : "=r"(first));
    __asm__("lea __stop___sancov_cntrs(%%rip), %0" : "=r"(end));
    *n = (size_t)(end - first);
    return first;
}

static void make_room_for_counters(void)
{
    size_t n;
    counters(&n);
    left = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FUZZ_EXPECT(left != MAP_FAILED);
}

void _exit(int status)
{
    size_t n;
    const uint8_t *own = counters(&n);
    if (left)
        memcpy(left, own, n);
    if (reports && H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) != 0)
        ++*reports; /* something is still open */
    syscall(SYS_exit_group, status);
    __builtin_unreachable();
}

static void take_counters(void)
{
    size_t n;
    uint8_t *own = counters(&n);
    for (size_t i = 0; i < n; i++)
        if (left[i] > own[i]) /* the child began with what there was */
            own[i] = left[i];
    memset(left, 0, n);
}
#else
static void make_room_for_counters(void) {}
static void take_counters(void) {}
#endif

static void start(void)
{
    make_room_for_counters();
    fd = open(fuzz_path(), O_RDWR | O_CLOEXEC);
    FUZZ_EXPECT(fd >= 0);
    reports =
        mmap(NULL, sizeof *reports, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FUZZ_EXPECT(reports != MAP_FAILED);
    H5open(); /* here and not in every child */
    pthread_atfork(NULL, NULL, limit_child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    FUZZ_EXPECT(ftruncate(fd, (off_t)size) == 0);
    FUZZ_EXPECT(pwrite(fd, data, size, 0) == (ssize_t)size);
    small_net_read(fuzz_path());
    take_counters();
    FUZZ_EXPECT(*reports == 0);
    return 0;
}

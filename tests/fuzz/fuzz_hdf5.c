/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weights as HDF5, whatever bytes: first read in a child, for the library does not survive every
 * file, and here if that one lives. The library wants a file with a name of its own.
 */
#include "fuzz.h"

#include "small_net.h"

#include <fcntl.h>
#include <hdf5.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
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
static int *reports; /* of the sanitizer, of the children too */

/* A child that reports something would else be taken for one that the library has crashed. */
void __asan_on_error(void);
void __asan_on_error(void)
{
    if (reports)
        ++*reports;
}

/* A small file takes milliseconds; the library loops on some without end. */
static void limit_child(void)
{
    const struct itimerval soon = {.it_value = {.tv_usec = 200000}};
    setitimer(ITIMER_PROF, &soon, NULL);
    signal(SIGPROF, SIG_DFL);
}

static void start(void)
{
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
    FUZZ_EXPECT(*reports == 0);
    FUZZ_EXPECT(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
    return 0;
}

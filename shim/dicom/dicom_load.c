/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens the codecs' library on demand: it lies beside the folder of the tools, which link this file
 * instead. A tool that meets no compressed DICOM file does not load it. */
#include "dicom_shim.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "libhilum-dicom.so"

/* Compiled into every tool that reads DICOM, so that another library makes another tool, and make
 * runs the steps that used it again. */
extern const char dc_library_digest[];
const char *const dc_digest = dc_library_digest;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[1024]; /* why it cannot be opened; "" if it is open */
static __typeof__(&dc_decode) decode;

/* Beside the folder of the program. ($ORIGIN would be where a sanitizer's library is, which calls
 * dlopen for the program.) */
static void *open_beside(void)
{
    char program[4096], path[sizeof program + sizeof LIBRARY];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0)
        return dlopen("$ORIGIN/../" LIBRARY, RTLD_NOW | RTLD_LOCAL);
    program[n] = '\0';
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(program, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(path, sizeof path, "%s/" LIBRARY, program);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static void open_library(void)
{
    void *library = open_beside();
    if (!library) {
        snprintf(failure, sizeof failure, "%s", dlerror());
        return;
    }
    const __typeof__(&dc_load) load = (__typeof__(&dc_load))dlsym(library, "dc_load");
    decode = (__typeof__(&dc_decode))dlsym(library, "dc_decode");
    if (!load || !decode)
        snprintf(failure, sizeof failure,
                 LIBRARY ": the library and the tool are from different builds");
    else if (load(failure, sizeof failure) == 0)
        failure[0] = '\0';
}

int dc_load(char *problem, size_t problem_size)
{
    pthread_once(&once, open_library);
    if (!failure[0])
        return 0;
    snprintf(problem, problem_size, "%s", failure);
    return -1;
}

int dc_decode(const dc_frame *frame, void *out, size_t size, char *problem, size_t problem_size)
{
    return dc_load(problem, problem_size) ? -1 : decode(frame, out, size, problem, problem_size);
}

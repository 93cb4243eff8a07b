/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/confine.h"

#include "base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void hl_confine(void)
{
    static const int ends[] = {SIGXCPU, SIGSEGV, SIGBUS,  SIGABRT, SIGFPE, SIGILL,
                               SIGTERM, SIGINT,  SIGQUIT, SIGHUP,  SIGPIPE};
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    hl_mem_end_at_once();
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        signal(ends[i], SIG_DFL);
}

/* Lowers the limit, or raises it as far as it goes. */
static void set_limit(__rlimit_resource_t what, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(what, &limit))
        return;
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    setrlimit(what, &limit);
}

void hl_confine_cpu(unsigned seconds)
{
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) == 0)
        set_limit(RLIMIT_CPU, (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1) + seconds);
}

void hl_confine_memory(size_t bytes)
{
#ifndef __SANITIZE_ADDRESS__
    unsigned long pages = 0;
    FILE *fp = fopen("/proc/self/statm", "re");
    if (fp && fscanf(fp, "%*u %*u %*u %*u %*u %lu", &pages) == 1)
        set_limit(RLIMIT_DATA, (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes);
    if (fp)
        fclose(fp);
#else
    (void)bytes;
#endif
}

int hl_confine_report(const char *name, const char *library, int status, unsigned seconds,
                      hl_err *e)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == HL_MEM_STATUS)
        return hl_fail(e, "%s: out of memory in the child process that reads it", name);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM))
        return hl_fail(e, "%s: the child process that reads it was killed", name);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return hl_fail(e, "%s: damaged: %s did not finish in %u s", name, library, seconds);
    return hl_fail(e, "%s: damaged: %s crashed reading it", name, library);
}

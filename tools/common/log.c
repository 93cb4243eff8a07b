/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char *tool_name = "hilum";
static bool is_quiet;

void hl_log_name(const char *tool)
{
    tool_name = tool;
}

void hl_log_quiet(bool quiet)
{
    is_quiet = quiet;
}

/* One write a line, so that lines of several tools in a pipe do not mix. */
static void say(const char *kind, const char *fmt, va_list ap)
{
    char line[2048];
    vsnprintf(line, sizeof line, fmt, ap);
    hl_one_line(line);
    fprintf(stderr, "%s: %s%s\n", tool_name, kind, line);
}

void hl_log_info(const char *fmt, ...)
{
    if (is_quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    say("", fmt, ap);
    va_end(ap);
}

void hl_log_warn(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say("warning: ", fmt, ap);
    va_end(ap);
}

void hl_log_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say("", fmt, ap);
    va_end(ap);
}

double hl_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void hl_progress_start(hl_progress *p, const char *what, size_t total)
{
    *p = (hl_progress){.what = what, .total = total, .started = hl_now()};
    p->shown = p->started;
    p->terminal = isatty(STDERR_FILENO);
}

void hl_progress_add(hl_progress *p, size_t n)
{
    p->done += n;
    const double now = hl_now();
    const double every = p->terminal ? 0.2 : 10.0;
    if (is_quiet || now - p->shown < every)
        return;
    p->shown = now;
    const double seconds = now - p->started;
    const double rate = (double)p->done / seconds;
    const double left = rate > 0 ? (double)(p->total - p->done) / rate : 0;
    const char *eol = p->terminal ? "\033[K" : "\n";
    fprintf(stderr, "%s%s: %zu of %zu %s, %.1f/s, %.0f s left%s", p->terminal ? "\r" : "",
            tool_name, p->done, p->total, p->what, rate, left, eol);
    p->drawn = p->terminal;
}

void hl_progress_end(hl_progress *p)
{
    if (is_quiet)
        return;
    if (p->drawn)
        fputs("\r\033[K", stderr);
    const double seconds = hl_now() - p->started;
    hl_log_info("%zu %s in %.1f s (%.1f/s)", p->done, p->what, seconds,
                seconds > 0 ? (double)p->done / seconds : 0.0);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *tool_name = "hilum";
static bool is_quiet;
static bool is_drawn; /* a line of progress stands on the terminal */

void hl_log_name(const char *tool)
{
    tool_name = tool;
}

void hl_log_quiet(bool quiet)
{
    is_quiet = quiet;
}

static void wipe(void)
{
    if (is_drawn)
        fputs("\r\033[K", stderr);
    is_drawn = false;
}

/* One write a line, so that lines of several tools in a pipe do not mix. */
static void say(const char *kind, const char *fmt, va_list ap)
{
    char line[2048];
    vsnprintf(line, sizeof line, fmt, ap);
    hl_one_line(line);
    wipe();
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

static void start(hl_progress *p, const char *what, size_t total, bool part)
{
    *p = (hl_progress){.what = what, .total = total, .started = hl_now(), .part = part};
    p->shown = p->started;
    p->terminal = isatty(STDERR_FILENO);
}

void hl_progress_start(hl_progress *p, const char *what, size_t total)
{
    start(p, what, total, false);
}

void hl_progress_start_part(hl_progress *p, const char *what, size_t total)
{
    start(p, what, total, true);
}

static void draw_bar(const hl_progress *p, char bar[16])
{
    enum { WIDTH = 10 };
    const size_t full = p->done >= p->total ? WIDTH : WIDTH * p->done / p->total;
    memset(bar, '\0', 16);
    bar[0] = '[';
    memset(bar + 1, '#', full);
    memset(bar + 1 + full, '-', WIDTH - full);
    memcpy(bar + 1 + WIDTH, "] ", 2);
}

static void show(hl_progress *p, double now)
{
    char bar[16] = "";
    const double rate = (double)p->done / (now - p->started);
    const double left = rate > 0 ? (double)(p->total - p->done) / rate : 0;
    if (p->terminal)
        draw_bar(p, bar);
    fprintf(stderr, "%s%s: %s%zu of %zu %s, %.1f/s, %.0f s left%s", p->terminal ? "\r" : "",
            tool_name, bar, p->done, p->total, p->what, rate, left, p->terminal ? "\033[K" : "\n");
    is_drawn = p->terminal;
}

void hl_progress_add(hl_progress *p, size_t n)
{
    p->done += n;
    const double now = hl_now();
    const double every = p->terminal ? 0.2 : 10.0;
    if (is_quiet || (p->part && !p->terminal) || now - p->shown < every)
        return;
    p->shown = now;
    show(p, now);
}

void hl_progress_end(hl_progress *p)
{
    if (is_quiet)
        return;
    wipe();
    if (p->part)
        return;
    const double seconds = hl_now() - p->started;
    hl_log_info("%zu %s in %.1f s (%.1f/s)", p->done, p->what, seconds,
                seconds > 0 ? (double)p->done / seconds : 0.0);
}

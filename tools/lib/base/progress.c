/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>
#include <unistd.h>

static void start(hl_progress *p, const char *unit, size_t total, bool part)
{
    *p = (hl_progress){.unit = unit, .total = total, .started = hl_now(), .part = part};
    p->shown = p->started;
    p->terminal = isatty(STDERR_FILENO);
}

void hl_progress_start(hl_progress *p, const char *unit, size_t total)
{
    start(p, unit, total, false);
}

void hl_progress_start_part(hl_progress *p, const char *unit, size_t total)
{
    start(p, unit, total, true);
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
    void (*print)(const char *, ...) = p->terminal ? hl_log_draw : hl_log_info;
    print("%s%zu of %zu %s, %.1f/s, %.0f s left", bar, p->done, p->total, p->unit, rate, left);
}

void hl_progress_add(hl_progress *p, size_t n)
{
    p->done += n;
    const double now = hl_now();
    const double every = p->terminal ? 0.2 : 10.0;
    if (hl_log_is_quiet() || (p->part && !p->terminal) || now - p->shown < every)
        return;
    p->shown = now;
    show(p, now);
}

void hl_progress_end(hl_progress *p)
{
    if (hl_log_is_quiet())
        return;
    hl_log_erase();
    if (p->part)
        return;
    const double seconds = hl_now() - p->started;
    hl_log_info("%zu %s in %.1f s (%.1f/s)", p->done, p->unit, seconds,
                seconds > 0 ? (double)p->done / seconds : 0.0);
}

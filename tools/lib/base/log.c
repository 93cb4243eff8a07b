/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

static const char *tool_name = "hilum";
static bool is_quiet;
static bool is_drawn; /* the terminal's last line is to be replaced by the next message */

void hl_log_name(const char *tool)
{
    tool_name = tool;
}

void hl_log_quiet(bool quiet)
{
    is_quiet = quiet;
}

bool hl_log_is_quiet(void)
{
    return is_quiet;
}

void hl_log_erase(void)
{
    if (is_drawn)
        fputs("\r\033[K", stderr);
    is_drawn = false;
}

void hl_log_draw(const char *fmt, ...)
{
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\r%s: %s\033[K", tool_name, line);
    is_drawn = true;
}

/* One write per line, so that lines of several tools in a pipeline do not mix. */
static void print_line(const char *kind, const char *fmt, va_list ap)
{
    char line[2048];
    vsnprintf(line, sizeof line, fmt, ap);
    hl_one_line(line);
    hl_log_erase();
    fprintf(stderr, "%s: %s%s\n", tool_name, kind, line);
}

void hl_log_info(const char *fmt, ...)
{
    if (is_quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    print_line("", fmt, ap);
    va_end(ap);
}

void hl_log_warn(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    print_line("warning: ", fmt, ap);
    va_end(ap);
}

void hl_log_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    print_line("", fmt, ap);
    va_end(ap);
}

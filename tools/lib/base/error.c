/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void hl_one_line(char *s)
{
    char *to = s;
    while (*s) {
        const size_t len = hl_utf8_length(s);
        if (len == 0 || hl_is_control(s)) {
            *to++ = '?';
            s += len ? len : 1;
            continue;
        }
        for (size_t i = 0; i < len; i++)
            *to++ = *s++;
    }
    *to = '\0';
}

static void format(hl_err *e, const char *fmt, va_list ap)
{
    vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    hl_one_line(e->msg);
}

void hl_error_set(hl_err *e, const char *fmt, ...)
{
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    format(e, fmt, ap);
    va_end(ap);
}

void hl_error_set_errno(hl_err *e, const char *fmt, ...)
{
    const int cause = errno;
    if (!e)
        return;
    va_list ap;
    va_start(ap, fmt);
    format(e, fmt, ap);
    va_end(ap);
    const size_t used = strlen(e->msg);
    snprintf(e->msg + used, sizeof e->msg - used, ": %s", strerror(cause));
}

const char *hl_reason_within(const hl_err *e, const char *file)
{
    const size_t len = strlen(file);
    const bool is_there = strncmp(e->msg, file, len) == 0 && strncmp(e->msg + len, ": ", 2) == 0;
    return e->msg + (is_there ? len + 2 : 0);
}

int hl_first_error(const hl_err *errors, size_t n, hl_err *e)
{
    for (size_t i = 0; i < n; i++)
        if (errors[i].msg[0]) {
            if (e)
                *e = errors[i];
            return -1;
        }
    return 0;
}

int hl_fail_in(hl_err *e, const char *prefix)
{
    if (!e)
        return -1;
    char inner[sizeof e->msg];
    memcpy(inner, e->msg, sizeof inner);
    return hl_fail(e, "%s: %s", prefix, inner);
}

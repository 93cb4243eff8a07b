/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"

#include "base/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(hl_strbuf *t, size_t extra)
{
    t->data = hl_array_reserve(t->data, t->len + extra + 1, &t->cap, 1);
}

void hl_strbuf_add(hl_strbuf *t, const void *bytes, size_t len)
{
    reserve(t, len);
    if (len)
        memcpy(t->data + t->len, bytes, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void hl_strbuf_puts(hl_strbuf *t, const char *s)
{
    hl_strbuf_add(t, s, strlen(s));
}

void hl_strbuf_printf(hl_strbuf *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    hl_strbuf_vprintf(t, fmt, ap);
    va_end(ap);
}

void hl_strbuf_vprintf(hl_strbuf *t, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    const int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0) {
        reserve(t, (size_t)n);
        vsnprintf(t->data + t->len, (size_t)n + 1, fmt, again);
        t->len += (size_t)n;
    }
    va_end(again);
}

void hl_strbuf_item(hl_strbuf *t, size_t i, size_t shown, const char *fmt, ...)
{
    va_list ap;
    if (i > shown)
        return;
    hl_strbuf_puts(t, i ? ", " : "");
    va_start(ap, fmt);
    if (i < shown)
        hl_strbuf_vprintf(t, fmt, ap);
    else
        hl_strbuf_puts(t, "...");
    va_end(ap);
}

void hl_strbuf_free(hl_strbuf *t)
{
    free(t->data);
    *t = (hl_strbuf){0};
}

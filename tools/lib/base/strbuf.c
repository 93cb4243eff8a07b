/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool hl_parse_i64(const char *s, int64_t *out)
{
    if (!isdigit((unsigned char)s[0]) && !(s[0] == '-' && isdigit((unsigned char)s[1])))
        return false;
    char *end;
    errno = 0;
    const long long v = strtoll(s, &end, 10);
    if (errno || *end)
        return false;
    *out = v;
    return true;
}

bool hl_parse_u64(const char *s, uint64_t *out)
{
    if (!isdigit((unsigned char)s[0]))
        return false;
    char *end;
    errno = 0;
    const unsigned long long v = strtoull(s, &end, 10);
    if (errno || *end)
        return false;
    *out = v;
    return true;
}

bool hl_parse_f64(const char *s, double *out)
{
    if (!*s || s[strspn(s, "0123456789+-.eE")])
        return false;
    char *end;
    errno = 0;
    const double v = strtod(s, &end);
    if (*end || end == s || !isfinite(v))
        return false;
    *out = v;
    return true;
}

static void reserve(hl_text *t, size_t extra)
{
    if (t->cap - t->len > extra)
        return;
    size_t cap = t->cap ? t->cap : 64;
    while (cap - t->len <= extra)
        cap *= 2;
    t->data = hl_realloc(t->data, cap, 1);
    t->cap = cap;
}

void hl_text_add(hl_text *t, const void *bytes, size_t len)
{
    reserve(t, len);
    if (len)
        memcpy(t->data + t->len, bytes, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void hl_text_puts(hl_text *t, const char *s)
{
    hl_text_add(t, s, strlen(s));
}

void hl_text_printf(hl_text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    hl_text_vprintf(t, fmt, ap);
    va_end(ap);
}

void hl_text_vprintf(hl_text *t, const char *fmt, va_list ap)
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

void hl_text_free(hl_text *t)
{
    free(t->data);
    *t = (hl_text){0};
}

static const char tsv_plain[] = "\t\n\r\\";
static const char tsv_letter[] = "tnr\\";

void hl_tsv_escape(hl_text *t, const char *s)
{
    for (;;) {
        const size_t run = strcspn(s, tsv_plain);
        hl_text_add(t, s, run);
        s += run;
        if (!*s)
            return;
        const char escape[2] = {'\\', tsv_letter[strchr(tsv_plain, *s) - tsv_plain]};
        hl_text_add(t, escape, 2);
        s++;
    }
}

bool hl_tsv_unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (*s != '\\') {
            *to++ = *s;
            continue;
        }
        const char *letter = s[1] ? strchr(tsv_letter, s[1]) : NULL;
        if (!letter)
            return false;
        *to++ = tsv_plain[letter - tsv_letter];
        s++;
    }
    *to = '\0';
    return true;
}

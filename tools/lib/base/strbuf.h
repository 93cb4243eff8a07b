/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing byte string, NUL-terminated as soon as something has been added.
 *
 *   hl_strbuf t = {0};
 *   hl_strbuf_printf(&t, "%s/%zu.png", folder, i);
 *   hl_strbuf_free(&t);
 *
 * Running out of memory ends the program (mem.h).
 */
#ifndef HILUM_BASE_STRBUF_H
#define HILUM_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

typedef struct hl_strbuf {
    char *data; /* owned; NULL while nothing has been added */
    size_t len, cap;
} hl_strbuf;

void hl_strbuf_add(hl_strbuf *t, const void *bytes, size_t len);
void hl_strbuf_puts(hl_strbuf *t, const char *s);
void hl_strbuf_printf(hl_strbuf *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void hl_strbuf_vprintf(hl_strbuf *t, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Adds item i, from 0, of a list for a message, ", " before all but the first. Only the first
 * `shown` are added, and "..." for the others. */
void hl_strbuf_item(hl_strbuf *t, size_t i, size_t shown, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void hl_strbuf_free(hl_strbuf *t);

#endif

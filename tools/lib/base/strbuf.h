/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that grows. */
#ifndef HILUM_BASE_STRBUF_H
#define HILUM_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

/* A growing byte string, always NUL-terminated once something was added. Zero-initialise; the
 * caller frees with hl_strbuf_free. Running out of memory ends the program (see mem.h). */
typedef struct hl_strbuf {
    char *data;
    size_t len, cap;
} hl_strbuf;

void hl_strbuf_add(hl_strbuf *t, const void *bytes, size_t len);
void hl_strbuf_puts(hl_strbuf *t, const char *s);
void hl_strbuf_printf(hl_strbuf *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void hl_strbuf_vprintf(hl_strbuf *t, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void hl_strbuf_free(hl_strbuf *t);

#endif

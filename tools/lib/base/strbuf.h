/* SPDX-License-Identifier: BSD-2-Clause */
/* Strict numbers and growing text. */
#ifndef HILUM_BASE_STRBUF_H
#define HILUM_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole string must be the number: no leading blanks, no trailing characters, no overflow,
 * no NaN or infinity. Return false otherwise and leave *out alone. */
bool hl_parse_i64(const char *s, int64_t *out);
bool hl_parse_u64(const char *s, uint64_t *out);
bool hl_parse_f64(const char *s, double *out);

/* A growing byte string, always NUL-terminated once something was added. Zero-initialise; the
 * caller frees with hl_text_free. Running out of memory ends the program (see mem.h). */
typedef struct hl_text {
    char *data;
    size_t len, cap;
} hl_text;

void hl_text_add(hl_text *t, const void *bytes, size_t len);
void hl_text_puts(hl_text *t, const char *s);
void hl_text_printf(hl_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void hl_text_vprintf(hl_text *t, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void hl_text_free(hl_text *t);

/* Appends s as one field of a TSV line: tab, line feed, carriage return and backslash are written
 * as \t \n \r \\ . hl_tsv_unescape undoes it in place and returns false at a malformed escape. */
void hl_tsv_escape(hl_text *t, const char *s);
bool hl_tsv_unescape(char *s);

#endif

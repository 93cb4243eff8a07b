/* SPDX-License-Identifier: BSD-2-Clause */
#include "fold.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>

#include <utf8proc.h>

static bool is_ascii_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static unsigned char small_letter(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

/* The byte at *at that is no blank, as a small letter; 0 at the end. */
static unsigned char next(const char *s, size_t len, size_t *at)
{
    while (*at < len) {
        const unsigned char c = (unsigned char)s[(*at)++];
        if (!is_ascii_blank(c))
            return small_letter(c);
    }
    return 0;
}

/* ---- any script ---- */

/* Characters, decomposed; owned. */
typedef struct characters {
    utf8proc_int32_t *c;
    size_t n;
} characters;

static bool is_blank(utf8proc_int32_t c)
{
    return (c < 0x80 && is_ascii_blank((unsigned char)c)) ||
           utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

/* Bytes that are no characters are above these. */
enum { LAST_CHARACTER = 0x10ffff };

static void take_bytes(characters *x, const char *s, size_t len)
{
    x->c = hl_malloc(len, sizeof *x->c);
    for (size_t at = 0;;) {
        const unsigned char c = next(s, len, &at);
        if (c == 0)
            return;
        x->c[x->n++] = c < 0x80 ? c : LAST_CHARACTER + c;
    }
}

/* Not of the user's locale: the same data set has to give the same result everywhere. */
static characters take_characters(const char *s, size_t len)
{
    static const utf8proc_option_t how =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s;
    const utf8proc_ssize_t n = utf8proc_decompose(bytes, (utf8proc_ssize_t)len, NULL, 0, how);
    characters x = {0};
    if (n < 0) {
        take_bytes(&x, s, len);
        return x;
    }
    x.c = hl_malloc((size_t)n + 1, sizeof *x.c);
    utf8proc_decompose(bytes, (utf8proc_ssize_t)len, x.c, n, how);
    for (size_t i = 0; i < (size_t)n; i++)
        if (!is_blank(x.c[i]))
            x.c[x.n++] = x.c[i];
    return x;
}

static int compare_characters(const char *a, size_t a_len, const char *b, size_t b_len)
{
    const characters x = take_characters(a, a_len), y = take_characters(b, b_len);
    size_t i = 0;
    while (i < x.n && i < y.n && x.c[i] == y.c[i])
        i++;
    const int order =
        i < x.n && i < y.n ? (x.c[i] > y.c[i]) - (x.c[i] < y.c[i]) : (x.n > y.n) - (x.n < y.n);
    free(x.c);
    free(y.c);
    return order;
}

/* Where two characters of ASCII differ, nothing before or after them can change the order. */
int split_fold_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    for (size_t i = 0, k = 0;;) {
        const unsigned char x = next(a, a_len, &i), y = next(b, b_len, &k);
        if (x >= 0x80 || y >= 0x80)
            return compare_characters(a, a_len, b, b_len);
        if (x != y || x == 0)
            return (x > y) - (x < y);
    }
}

void split_fold(const char *s, size_t len, hl_strbuf *out)
{
    const size_t start = out->len;
    for (size_t at = 0;;) {
        const char c = (char)next(s, len, &at);
        if (c == '\0')
            return;
        if ((unsigned char)c >= 0x80)
            break;
        hl_strbuf_add(out, &c, 1);
    }
    out->len = start;
    const characters x = take_characters(s, len);
    for (size_t i = 0; i < x.n; i++) {
        const bool valid = x.c[i] <= LAST_CHARACTER;
        utf8proc_uint8_t bytes[4] = {(utf8proc_uint8_t)(x.c[i] - LAST_CHARACTER)};
        hl_strbuf_add(out, bytes, valid ? (size_t)utf8proc_encode_char(x.c[i], bytes) : 1);
    }
    free(x.c);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t split_drop_leading_zeros(char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (s[i] != '0' || (n > 0 && is_digit(s[n - 1])) || i + 1 == len || !is_digit(s[i + 1]))
            s[n++] = s[i];
    return n;
}

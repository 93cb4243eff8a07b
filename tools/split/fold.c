/* SPDX-License-Identifier: BSD-2-Clause */
#include "fold.h"

#include "base/utf8.h"

#include <locale.h>
#include <stdbool.h>
#include <wctype.h>

static wint_t code_point(const char *s, size_t len)
{
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    wint_t c = (unsigned char)s[0] & lead[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    return c;
}

static bool is_blank(wint_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0; /* no-break space */
}

/* Not of the user's locale: the same data set has to give the same result everywhere. */
static wint_t small_letter(wint_t c)
{
    static locale_t letters;
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    if (!letters)
        letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return letters ? towlower_l(c, letters) : c;
}

/* The character at *at that is no blank, in lower case; 0 at the end. */
static wint_t next(const char *s, size_t len, size_t *at)
{
    while (*at < len) {
        const size_t n = hl_utf8_length(s + *at);
        const bool valid = n > 0 && n <= len - *at;
        const wint_t c = valid ? code_point(s + *at, n) : (unsigned char)s[*at];
        *at += valid ? n : 1;
        if (!is_blank(c))
            return valid ? small_letter(c) : c;
    }
    return 0;
}

int split_fold_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    for (size_t i = 0, k = 0;;) {
        const wint_t x = next(a, a_len, &i), y = next(b, b_len, &k);
        if (x != y || x == 0)
            return (x > y) - (x < y);
    }
}

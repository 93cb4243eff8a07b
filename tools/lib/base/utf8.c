/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* A NUL ends every sequence early. */
size_t hl_utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return is_continuation(s[1]) ? 2 : 0;
    if ((s[0] & 0xf0) == 0xe0) {
        const bool overlong = s[0] == 0xe0 && s[1] < 0xa0;
        const bool surrogate = s[0] == 0xed && s[1] > 0x9f;
        return !overlong && !surrogate && is_continuation(s[1]) && is_continuation(s[2]) ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        const bool overlong = s[0] == 0xf0 && s[1] < 0x90;
        const bool beyond = s[0] == 0xf4 && s[1] > 0x8f;
        return !overlong && !beyond && is_continuation(s[1]) && is_continuation(s[2]) &&
                       is_continuation(s[3])
                   ? 4
                   : 0;
    }
    return 0;
}

bool hl_is_utf8(const char *s)
{
    for (size_t n; *s; s += n)
        if ((n = hl_utf8_length(s)) == 0)
            return false;
    return true;
}

/* Marks that change the direction of the text after them (U+200E, U+200F, U+202A to U+202E, U+2066
 * to U+2069), line and paragraph separators, and the byte order mark: they make one name look like
 * another. */
static bool is_invisible(const unsigned char *s)
{
    if (s[0] == 0xef)
        return s[1] == 0xbb && s[2] == 0xbf;
    if (s[0] != 0xe2)
        return false;
    if (s[1] == 0x80)
        return s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae);
    return s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
}

bool hl_is_control(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0) ||
           is_invisible(s);
}

const char *hl_unicode_remark(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name >= 0x80)
            return " (compared by their bytes: an accented letter may be one character or two)";
    return "";
}

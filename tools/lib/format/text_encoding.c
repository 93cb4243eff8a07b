/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/text_encoding.h"

#include <stdbool.h>
#include <string.h>

static const char mark[] = "\xef\xbb\xbf"; /* U+FEFF in UTF-8 */

static bool starts_with(const char *text, size_t len, const char *bytes, size_t n)
{
    return len >= n && memcmp(text, bytes, n) == 0;
}

/* Even without a byte order mark, ASCII in UTF-16 has a zero byte in each character. */
static bool looks_like_utf16(const char *text, size_t len)
{
    enum { CHARACTERS = 4 };
    if (len < 2 * CHARACTERS)
        return false;
    const int zero = text[0] ? 1 : 0; /* which byte of each pair is zero */
    for (int i = 0; i < CHARACTERS; i++)
        if (text[2 * i + zero] || !text[2 * i + !zero])
            return false;
    return true;
}

int hl_encoding_check(const char *text, size_t len, const char *name, hl_err *e)
{
    const char *found = NULL;
    if (starts_with(text, len, "\xff\xfe\0\0", 4) || starts_with(text, len, "\0\0\xfe\xff", 4))
        found = "UTF-32";
    else if (starts_with(text, len, "\xff\xfe", 2) || starts_with(text, len, "\xfe\xff", 2) ||
             looks_like_utf16(text, len))
        found = "UTF-16";
    if (found)
        return hl_fail(e, "%s: expected UTF-8 text, found %s: save it as UTF-8", name, found);
    if (memchr(text, '\r', len) && !memchr(text, '\n', len))
        return hl_fail(e, "%s: its lines end in CR: expected LF or CR LF", name);
    return 0;
}

/* Number of the first line that does not end like line 1; 0 if there is none. */
static size_t odd_line(const char *text, size_t len, bool *crlf)
{
    size_t number = 0;
    for (const char *at = text, *end; at < text + len; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text + len - at));
        if (!end)
            return 0;
        const bool is_crlf = end > at && end[-1] == '\r';
        if (number++ == 0)
            *crlf = is_crlf;
        else if (is_crlf != *crlf)
            return number;
    }
    return 0;
}

static void drop_returns(char *text, size_t *len)
{
    char *to = text;
    for (const char *at = text; at < text + *len; at++)
        if (at[0] != '\r' || at[1] != '\n')
            *to++ = *at;
    *to = '\0';
    *len = (size_t)(to - text);
}

int hl_encoding_normalize(char *text, size_t *len, const char *name, hl_err *e)
{
    bool crlf = false;
    if (hl_encoding_check(text, *len, name, e))
        return -1;
    if (starts_with(text, *len, mark, sizeof mark - 1)) {
        *len -= sizeof mark - 1;
        memmove(text, text + sizeof mark - 1, *len + 1);
    }
    const size_t odd = odd_line(text, *len, &crlf);
    if (odd && memchr(text, '\0', *len))
        return 0; /* not text at all: left to the reader, which knows what it expected */
    if (odd)
        return hl_fail(e, "%s: line %zu ends in %s: expected %s, like the lines before it", name,
                       odd, crlf ? "LF" : "CR LF", crlf ? "CR LF" : "LF");
    if (crlf)
        drop_returns(text, len);
    return 0;
}

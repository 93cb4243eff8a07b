/* SPDX-License-Identifier: BSD-2-Clause */
#include "markup.h"

#include <string.h>

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* Bytes of the UTF-8 character at s, or 0 if there is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). A NUL ends every sequence early, so s is not overrun. */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return is_tail(s[1]) ? 2 : 0;
    if ((s[0] & 0xf0) == 0xe0) {
        const bool overlong = s[0] == 0xe0 && s[1] < 0xa0;
        const bool surrogate = s[0] == 0xed && s[1] > 0x9f;
        return !overlong && !surrogate && is_tail(s[1]) && is_tail(s[2]) ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        const bool overlong = s[0] == 0xf0 && s[1] < 0x90;
        const bool beyond = s[0] == 0xf4 && s[1] > 0x8f;
        return !overlong && !beyond && is_tail(s[1]) && is_tail(s[2]) && is_tail(s[3]) ? 4 : 0;
    }
    return 0;
}

static bool is_control(const unsigned char *s)
{
    return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

/* Appends one character and returns what follows it; `escaped` stands for it where not NULL. */
static const char *add_char(hl_text *t, const char *s, const char *escaped)
{
    const size_t len = utf8_length((const unsigned char *)s);
    if (len == 0 || is_control((const unsigned char *)s))
        hl_text_puts(t, "\xef\xbf\xbd");
    else if (escaped)
        hl_text_puts(t, escaped);
    else
        hl_text_add(t, s, len);
    return s + (len ? len : 1);
}

static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Quotes need no entity outside attributes. */
static const char *html_entity_of_angle(char c)
{
    return c == '&' || c == '<' || c == '>' ? html_entity(c) : NULL;
}

void hl_html_escape(hl_text *t, const char *s)
{
    while (*s)
        s = add_char(t, s, html_entity(*s));
}

void hl_markdown_escape(hl_text *t, const char *s)
{
    /* What begins markup anywhere, in CommonMark and in its tables, and what does so only at the
     * start of a line. Entities are written for < > and &, since not every reader honours \\< . */
    static const char anywhere[] = "\\`*_[]|~", at_start[] = "#+-=:";
    for (const char *start = s; *s;) {
        const char backslashed[3] = {'\\', *s, '\0'};
        const bool special = strchr(anywhere, *s) || (s == start && strchr(at_start, *s));
        s = add_char(t, s, special ? backslashed : html_entity_of_angle(*s));
    }
}

void hl_utf8_clean(hl_text *t, const char *s)
{
    while (*s)
        s = add_char(t, s, NULL);
}

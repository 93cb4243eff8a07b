/* SPDX-License-Identifier: BSD-2-Clause */
#include "page/escape.h"

#include "base/utf8.h"

#include <string.h>

/* Appends one character, or `escaped` instead of it unless that is NULL. Returns the rest of s. */
static const char *add_char(hl_strbuf *t, const char *s, const char *escaped)
{
    const size_t len = hl_utf8_length(s);
    if (len == 0 || hl_is_control(s))
        hl_strbuf_puts(t, "\xef\xbf\xbd");
    else if (escaped)
        hl_strbuf_puts(t, escaped);
    else
        hl_strbuf_add(t, s, len);
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

/* Outside attributes, quotes need no entity. */
static const char *html_entity_of_angle(char c)
{
    return c == '&' || c == '<' || c == '>' ? html_entity(c) : NULL;
}

void page_escape_html(hl_strbuf *t, const char *s)
{
    while (*s)
        s = add_char(t, s, html_entity(*s));
}

void page_escape_markdown(hl_strbuf *t, const char *s)
{
    /* Characters that begin markup anywhere, in CommonMark and its tables, and those that do so
     * only at the start of a line. < > and & become entities, since not every reader accepts \\< .
     */
    static const char anywhere[] = "\\`*_[]|~", at_start[] = "#+-=:";
    for (const char *start = s; *s;) {
        const char backslashed[3] = {'\\', *s, '\0'};
        const bool special = strchr(anywhere, *s) || (s == start && strchr(at_start, *s));
        s = add_char(t, s, special ? backslashed : html_entity_of_angle(*s));
    }
}

void page_clean_utf8(hl_strbuf *t, const char *s)
{
    while (*s)
        s = add_char(t, s, NULL);
}

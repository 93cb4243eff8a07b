/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/path_pattern.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* ---- Perl's expressions ---- */

/* What POSIX would read in another way, or not at all, and what to write for it. */
typedef struct foreign {
    size_t len; /* of it; 0: none here */
    const char *remedy;
} foreign;

static const foreign none = {0, NULL}, class_escape = {2, "classes are written out, as [0-9]"},
                     escape = {2, "backslashes are for punctuation only"},
                     option = {2, "a group begins with ( alone"};

static bool is_class(char c)
{
    return c && strchr("dDwWsShHvV", c);
}

/* Length of the bracket expression at s, which ends early in a text that is none. In it, a
 * backslash is one of the characters. */
static size_t bracket_length(const char *s)
{
    size_t n = s[1] == '^' ? 2 : 1;
    n += s[n] == ']';
    while (s[n] && s[n] != ']') {
        const char *end =
            s[n] == '[' && s[n + 1] && strchr(":.=", s[n + 1]) ? strchr(s + n + 2, ']') : NULL;
        n = end ? (size_t)(end - s) + 1 : n + 1;
    }
    return s[n] ? n + 1 : n;
}

static foreign find_in_bracket(const char *s, size_t len, size_t *at)
{
    for (*at = 0; *at + 1 < len; ++*at)
        if (s[*at] == '\\' && is_class(s[*at + 1]))
            return class_escape;
    return none;
}

/* GNU's own \w, \s and the like mean what they mean to Perl. */
static foreign look_at(const char *s)
{
    static const foreign lazy = {2, "a match is always the longest: [^_]* stops at the first _"};
    const bool quantifier = strchr("*+?", s[0]) || (s[0] == '}');
    if (s[0] == '\\' && isalpha((unsigned char)s[1]) && !strchr("wWsSbB", s[1]))
        return is_class(s[1]) ? class_escape : escape;
    if (s[0] == '(' && s[1] == '?')
        return option;
    return quantifier && s[1] == '?' ? lazy : none;
}

/* Where the first is; its length is 0 if there is none. */
static foreign find_foreign(const char *text, const char **where)
{
    for (const char *s = text; *s;) {
        size_t len = 1, at = 0;
        foreign found;
        if (*s == '[') {
            len = bracket_length(s);
            found = find_in_bracket(s, len, &at);
        } else {
            found = look_at(s);
            len = *s == '\\' && s[1] ? 2 : 1;
        }
        *where = s + at;
        if (found.len)
            return found;
        s += len;
    }
    return none;
}

int hl_expect_posix(const char *text, hl_err *e)
{
    const char *where;
    const foreign found = find_foreign(text, &where);
    return found.len
               ? hl_fail(e,
                         "'%s': expected a POSIX extended regular expression, found '%.*s' of "
                         "Perl's: %s",
                         text, (int)found.len, where, found.remedy)
               : 0;
}

/* ---- patterns ---- */

int hl_path_pattern_make(hl_path_pattern *p, const char *text, hl_err *e)
{
    *p = (hl_path_pattern){0};
    if (text && hl_expect_posix(text, e))
        return -1;
    p->text = text;
    const int code = text ? regcomp(&p->regex, text, REG_EXTENDED) : 0;
    if (code == 0)
        return 0;
    char why[128];
    regerror(code, &p->regex, why, sizeof why);
    p->text = NULL; /* nothing to free */
    return hl_fail(e, "'%s' is not a regular expression: %s", text, why);
}

char *hl_path_pattern_find(const hl_path_pattern *p, const char *path, const char *what, hl_err *e)
{
    regmatch_t match[2];
    const size_t group = p->regex.re_nsub > 0 ? 1 : 0;
    if (regexec(&p->regex, path, 2, match, 0) != 0) {
        hl_fail(e, "%s: the %s is unknown: expected a path that matches '%s'", path, what, p->text);
        return NULL;
    }
    if (match[group].rm_so < 0 || match[group].rm_so == match[group].rm_eo) {
        hl_fail(e, "%s: the %s is unknown: '%s' matches an empty string", path, what, p->text);
        return NULL;
    }
    return hl_strndup(path + match[group].rm_so, (size_t)(match[group].rm_eo - match[group].rm_so));
}

void hl_path_pattern_free(hl_path_pattern *p)
{
    if (p->text)
        regfree(&p->regex);
    *p = (hl_path_pattern){0};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "exclude.h"

#include "base/mem.h"
#include "base/strbuf.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Length of the text up to the next comma that is not escaped. */
static size_t item_length(const char *s)
{
    size_t n = 0;
    while (s[n] && s[n] != ',')
        n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return n;
}

/* A pattern without blanks around it, a leading ./ and slashes at its end: names in folders have
 * none of them. */
static char *trimmed(const char *s, size_t len)
{
    while (len > 0 && *s == ' ')
        s++, len--;
    while (len > 2 && s[0] == '.' && s[1] == '/')
        s += 2, len -= 2;
    while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '/'))
        len--;
    return hl_strndup(s, len);
}

int split_exclusion_make(split_exclusion *x, const char *list, hl_err *e)
{
    *x = (split_exclusion){0};
    if (!list)
        return 0;
    size_t most = 1;
    for (const char *s = list; *s; s++)
        most += *s == ',';
    x->patterns = hl_calloc(most, sizeof *x->patterns);
    x->used = hl_calloc(most, sizeof *x->used);
    for (const char *s = list;; s++) {
        const size_t len = item_length(s);
        char *pattern = x->patterns[x->n++] = trimmed(s, len);
        if (!*pattern) {
            split_exclusion_free(x);
            return hl_fail(e, "expected patterns separated by commas, found an empty one in '%s'",
                           list);
        }
        s += len;
        if (!*s)
            return 0;
    }
}

/* Whether the pattern matches the path, a folder that it lies in, or the name of one of them. */
static bool matches(const char *pattern, char *path)
{
    bool found = false;
    for (char *name = path; !found; name++) {
        char *slash = strchr(name, '/');
        if (slash)
            *slash = '\0';
        found = fnmatch(pattern, name, 0) == 0 || fnmatch(pattern, path, 0) == 0;
        if (!slash)
            break;
        *slash = '/';
        name = slash;
    }
    return found;
}

bool split_excludes(split_exclusion *x, const char *path)
{
    if (x->n == 0)
        return false;
    bool found = false;
    char *copy = hl_strdup(path);
    for (size_t i = 0; i < x->n; i++) {
        if (matches(x->patterns[i], copy))
            found = x->used[i] = true;
    }
    free(copy);
    return found;
}

int split_exclusion_expect_used(const split_exclusion *x, const char *dir, hl_err *e)
{
    for (size_t i = 0; i < x->n; i++)
        if (!x->used[i])
            return hl_fail(e,
                           "%s: expected a file or folder that --exclude '%s' matches, found "
                           "none",
                           dir, x->patterns[i]);
    return 0;
}

char *split_exclusion_of(const char *path)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "'");
    for (const char *s = path; *s; s++) {
        if (*s == '\'')
            hl_strbuf_puts(&t, "?");
        else
            hl_strbuf_printf(&t, "%s%c", strchr(",*?[\\", *s) ? "\\" : "", *s);
    }
    hl_strbuf_puts(&t, "'");
    return t.data;
}

void split_exclusion_free(split_exclusion *x)
{
    for (size_t i = 0; i < x->n; i++)
        free(x->patterns[i]);
    free(x->patterns);
    free(x->used);
    *x = (split_exclusion){0};
}

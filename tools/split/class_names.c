/* SPDX-License-Identifier: BSD-2-Clause */
#include "class_names.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
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

/* The name in lower case without blanks, as text that only serves to be compared. Bytes that are
 * not UTF-8 stay. */
static char *folded(const char *name, locale_t locale)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    while (*name) {
        const size_t len = hl_utf8_length(name);
        const wint_t c = len ? code_point(name, len) : (unsigned char)*name;
        if (!is_blank(c))
            hl_strbuf_printf(&t, "%x ", (unsigned)(len ? towlower_l(c, locale) : c));
        name += len ? len : 1;
    }
    return t.data;
}

/* Plain names need no locale that a small system may lack. */
static const char *locale_for(char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (const char *s = names[i]; *s; s++)
            if ((unsigned char)*s > 0x7f)
                return "C.UTF-8";
    return "C";
}

typedef struct entry {
    const char *name;
    char *key;
} entry;

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    const int order = strcmp(x->key, y->key);
    return order ? order : strcmp(x->name, y->name);
}

/* Names of one key as a list: 'NORMAL' and 'Normal'. */
static void add_list(hl_strbuf *t, const entry *all, size_t n)
{
    hl_strbuf_puts(t, t->len ? "; " : "");
    for (size_t i = 0; i < n; i++)
        hl_strbuf_printf(t, "%s'%s'", i == 0 ? "" : i + 1 < n ? ", " : " and ", all[i].name);
}

int split_check_class_names(char *const *names, size_t n, const char *source, hl_err *e)
{
    const locale_t locale = newlocale(LC_CTYPE_MASK, locale_for(names, n), (locale_t)0);
    if (!locale)
        return hl_fail_errno(e, "%s: the locale C.UTF-8, for class names that are not ASCII",
                             source);
    entry *all = hl_malloc(n, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (entry){names[i], folded(names[i], locale)};
    freelocale(locale);
    qsort(all, n, sizeof *all, compare_entries);
    hl_strbuf alike = {0};
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(all[i].key, all[end].key) == 0;)
            end++;
        if (end > i + 1)
            add_list(&alike, all + i, end - i);
    }
    if (alike.len)
        hl_fail(e,
                "%s: expected class names that differ in more than case and blanks, found %s: give "
                "each class one name, or merge them with --classes",
                source, alike.data);
    const int status = alike.len ? -1 : 0;
    hl_strbuf_free(&alike);
    for (size_t i = 0; i < n; i++)
        free(all[i].key);
    free(all);
    return status;
}

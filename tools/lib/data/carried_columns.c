/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/carried_columns.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "format/string_list.h"
#include "format/tsv.h"

#include <stdlib.h>
#include <string.h>

/* The columns of manifests, predictions and worklists, with their old names and the roles of a
 * label table. Predictions have p_CLASS, too. */
static const char *const taken[] = {
    "path",     "image",  "label",     "patient", "subset",     "augmented_copy",
    "variant",  "sample", "predicted", "rank",    "p",          "class",
    "distance", "flag",   "reason",    "images",  "image_file",
};

/* Whether the text has no control characters, apart from those that are escaped in a TSV. */
static bool is_plain(const char *s)
{
    for (size_t len; *s; s += len) {
        len = hl_utf8_length(s);
        if (len == 0 || (hl_is_control(s) && !strchr("\t\n\r", *s)))
            return false;
    }
    return true;
}

int hl_carried_add(hl_carried_columns *c, const char *name, hl_err *e)
{
    bool own = strncmp(name, "p_", 2) == 0;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        own |= strcmp(name, taken[i]) == 0;
    if (own)
        return hl_fail(e, "'%s' is a column of hilum's own: expected another name", name);
    if (!*name || !is_plain(name) || strpbrk(name, "\t\n\r"))
        return hl_fail(e,
                       "expected the name of a column, in UTF-8 without control characters, "
                       "found '%s'",
                       name);
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->names[i], name) == 0)
            return hl_fail(e, "column '%s' appears twice", name);
    if (c->n == HL_MAX_CARRIED)
        return hl_fail(e, "expected at most %d columns to carry, found more", HL_MAX_CARRIED);
    if (!c->names)
        c->names = hl_malloc(HL_MAX_CARRIED, sizeof *c->names);
    c->names[c->n++] = hl_strdup(name);
    return 0;
}

void hl_carried_copy(hl_carried_columns *to, const hl_carried_columns *from)
{
    *to = (hl_carried_columns){0};
    if (from->n == 0)
        return;
    to->names = hl_malloc(HL_MAX_CARRIED, sizeof *to->names);
    for (; to->n < from->n; to->n++)
        to->names[to->n] = hl_strdup(from->names[to->n]);
}

void hl_carried_free(hl_carried_columns *c)
{
    hl_string_list_free(c->names, c->n);
    *c = (hl_carried_columns){0};
}

int hl_carried_add_value(hl_strbuf *text, const char *value, hl_err *e)
{
    if (!is_plain(value))
        return hl_fail(e, "expected UTF-8 text without control characters, found '%s'", value);
    hl_tsv_escape(text, value);
    return 0;
}

/* Whether each backslash begins an escape, and no other control character than tabs is there. */
static bool is_escaped(const char *s)
{
    for (size_t len; *s; s += len) {
        len = hl_utf8_length(s);
        if (len == 0 || (hl_is_control(s) && *s != '\t'))
            return false;
        if (*s != '\\')
            continue;
        if (!s[1] || !strchr("tnr\\", s[1]))
            return false;
        len = 2;
    }
    return true;
}

int hl_carried_check(const hl_carried_columns *c, const char *text, hl_err *e)
{
    size_t n = 1;
    for (const char *s = text; (s = strchr(s, '\t')); s++)
        n++;
    if (n != c->n)
        return hl_fail(e, "expected %zu carried columns, found %zu", c->n, n);
    return is_escaped(text) ? 0
                            : hl_fail(e,
                                      "carried columns: expected UTF-8 text without control "
                                      "characters and with good escapes, found '%s'",
                                      text);
}

const char *hl_carried_differs(const hl_carried_columns *c, const char *a, const char *b)
{
    for (size_t i = 0; i < c->n; i++) {
        const size_t x = strcspn(a, "\t"), y = strcspn(b, "\t");
        if (x != y || memcmp(a, b, x) != 0)
            return c->names[i];
        a += x + (a[x] != '\0');
        b += y + (b[y] != '\0');
    }
    return NULL;
}

void hl_carried_format_names(const hl_carried_columns *c, hl_strbuf *t)
{
    for (size_t i = 0; i < c->n; i++) {
        hl_strbuf_puts(t, "\t");
        hl_tsv_escape(t, c->names[i]);
    }
}

void hl_carried_format(const char *text, hl_strbuf *t)
{
    if (!text)
        return;
    hl_strbuf_puts(t, "\t");
    hl_strbuf_puts(t, text);
}

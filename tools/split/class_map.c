/* SPDX-License-Identifier: BSD-2-Clause */
#include "class_map.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "format/string_list.h"

#include <stdlib.h>
#include <string.h>

/* ---- parsing ---- */

/* The text up to a character, or all of it, without blanks around it; *rest is NULL at the end. */
static split_word take(const char **rest, char end)
{
    const char *start = *rest, *at = strchr(start, end);
    split_word w = {.s = start, .len = at ? (size_t)(at - start) : strlen(start)};
    *rest = at ? at + 1 : NULL;
    return split_word_trim(w);
}

static int add_label(split_class_map *m, split_word label, hl_err *e)
{
    for (size_t i = 0; i < m->n; i++) {
        if (!split_word_is(split_word_of(m->labels[i].label), label))
            continue;
        if (m->labels[i].cls == m->nclasses - 1)
            return hl_fail(e, "label '%s' appears twice", m->labels[i].label);
        return hl_fail(e, "label '%s' is in two classes, '%s' and '%s'", m->labels[i].label,
                       m->names[m->labels[i].cls], m->names[m->nclasses - 1]);
    }
    m->labels = hl_array_reserve(m->labels, m->n + 1, &m->cap, sizeof *m->labels);
    m->labels[m->n++] = (split_class_label){hl_strndup(label.s, label.len), m->nclasses - 1};
    return 0;
}

static int add_class(split_class_map *m, split_word name, hl_err *e)
{
    for (size_t k = 0; k < m->nclasses; k++)
        if (split_word_is(split_word_of(m->names[k]), name))
            return hl_fail(e,
                           "class '%s' appears twice: expected its labels together, with | "
                           "between them",
                           m->names[k]);
    m->names = hl_realloc(m->names, m->nclasses + 1, sizeof *m->names);
    m->names[m->nclasses++] = hl_strndup(name.s, name.len);
    return 0;
}

/* CLASS or CLASS=LABEL|LABEL */
static int parse_class(split_class_map *m, split_word part, hl_err *e)
{
    char *text = hl_strndup(part.s, part.len);
    const char *rest = text;
    const split_word name = take(&rest, '=');
    int status = 0;
    bool empty = name.len == 0;
    if (!empty)
        status = add_class(m, name, e);
    if (!empty && status == 0 && !rest)
        status = add_label(m, name, e);
    while (!empty && status == 0 && rest) {
        const split_word label = take(&rest, '|');
        empty = label.len == 0;
        if (!empty)
            status = add_label(m, label, e);
    }
    if (empty)
        status = hl_fail(e, "expected CLASS or CLASS=LABEL|LABEL, found '%s'", text);
    free(text);
    return status;
}

int split_class_map_make(split_class_map *m, const char *text, bool one_class, hl_err *e)
{
    *m = (split_class_map){0};
    int status = 0;
    for (const char *rest = text; rest && status == 0;)
        status = parse_class(m, take(&rest, ';'), e);
    if (status == 0 && text && m->nclasses < 2 && !one_class)
        status = hl_fail(e, "expected at least two classes with ; between them, found '%s'", text);
    if (status)
        split_class_map_free(m);
    return status;
}

void split_class_map_free(split_class_map *m)
{
    hl_string_list_free(m->names, m->nclasses);
    for (size_t i = 0; i < m->n; i++)
        free(m->labels[i].label);
    free(m->labels);
    *m = (split_class_map){0};
}

/* ---- labels ---- */

const char *split_class_map_find(const split_class_map *m, split_word label)
{
    label = split_word_trim(label); /* as those of m are */
    for (size_t i = 0; i < m->n; i++)
        if (split_word_is(split_word_of(m->labels[i].label), label))
            return m->names[m->labels[i].cls];
    return NULL;
}

int split_class_map_of_cell(const split_class_map *m, split_word cell, const char *separators,
                            const char **cls, hl_err *e)
{
    *cls = split_class_map_find(m, split_word_trim(cell)); /* a label with a comma in it */
    split_word rest = split_word_inside(cell), label;
    while (split_word_next(&rest, separators, &label)) {
        const char *other = split_class_map_find(m, label);
        if (*cls && other && other != *cls)
            return hl_fail(e, "expected labels of one class, found '%.*s' of '%s' and '%s'",
                           (int)cell.len, cell.s, *cls, other);
        *cls = other ? other : *cls;
    }
    return 0;
}

int split_class_map_expect(const split_class_map *m, const split_words *set, const char *source,
                           hl_err *e)
{
    enum { SHOWN = 20 };
    for (size_t i = 0; i < m->n; i++) {
        if (split_words_count(set, split_word_of(m->labels[i].label)))
            continue;
        hl_strbuf list = {0};
        for (size_t k = 0; k < set->n; k++)
            hl_strbuf_item(&list, k, SHOWN, "'%.*s'", (int)set->items[k].len, set->items[k].s);
        char *hint = split_words_hint(set, split_word_of(m->labels[i].label));
        hl_fail(e, "%s: --classes: expected labels of the data set, found '%s': it has %s%s",
                source, m->labels[i].label, list.len ? list.data : "none", hint);
        free(hint);
        hl_strbuf_free(&list);
        return -1;
    }
    return 0;
}

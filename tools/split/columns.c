/* SPDX-License-Identifier: BSD-2-Clause */
#include "columns.h"

#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "data/dicom_columns.h"
#include "fold.h"

#include <stdlib.h>
#include <string.h>

/* ---- parsing ---- */

static void append(char **value, const char *text, size_t len, char separator)
{
    hl_strbuf joined = {0};
    hl_strbuf_printf(&joined, "%s%c", *value, separator);
    hl_strbuf_add(&joined, text, len);
    free(*value);
    *value = joined.data;
}

static char *copy_of(split_word w)
{
    w = split_word_trim(w);
    return hl_strndup(w.s, w.len);
}

static void add(split_pairs *p, split_word name, split_word value)
{
    p->items = hl_array_reserve(p->items, p->n + 1, &p->cap, sizeof *p->items);
    p->items[p->n++] = (split_pair){copy_of(name), copy_of(value)};
}

static bool is_named_before(const split_pairs *p)
{
    for (size_t i = 0; i + 1 < p->n; i++)
        if (strcmp(p->items[i].name, p->items[p->n - 1].name) == 0)
            return true;
    return false;
}

/* Takes one part, without the separator after it. */
static int parse_part(split_pairs *p, const char *part, size_t len, char separator, hl_err *e)
{
    const char *equals = memchr(part, '=', len);
    if (!equals && p->n && separator == ',') {
        append(&p->items[p->n - 1].value, part, len, separator);
        return 0;
    }
    if (equals)
        add(p, (split_word){.s = part, .len = (size_t)(equals - part)},
            (split_word){.s = equals + 1, .len = len - (size_t)(equals + 1 - part)});
    if (!equals || !*p->items[p->n - 1].name || !*p->items[p->n - 1].value)
        return hl_fail(e, "expected NAME=%s, found '%.*s'", separator == ',' ? "COLUMN" : "VALUE",
                       (int)len, part);
    return is_named_before(p)
               ? hl_fail(e, "expected each name once, found '%s' twice", p->items[p->n - 1].name)
               : 0;
}

static int parse(split_pairs *p, const char *text, char separator, hl_err *e)
{
    const char ends[] = {separator, '\0'};
    *p = (split_pairs){0};
    if (!text)
        return 0;
    for (const char *at = text;;) {
        const size_t len = strcspn(at, ends);
        if (parse_part(p, at, len, separator, e)) {
            split_pairs_free(p);
            return -1;
        }
        if (!at[len])
            return 0;
        at += len + 1;
    }
}

int split_columns_parse(split_pairs *p, const char *text, hl_err *e)
{
    return parse(p, text, ',', e);
}

int split_conditions_parse(split_pairs *p, const char *text, hl_err *e)
{
    return parse(p, text, ';', e);
}

void split_pairs_free(split_pairs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->items[i].name);
        free(p->items[i].value);
    }
    free(p->items);
    *p = (split_pairs){0};
}

/* ---- finding ---- */

/* The column that is called so but for case, blanks and Unicode form; -1: none. */
static int find_alike(const split_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->ncolumns; i++)
        if (split_fold_compare(csv->columns[i], strlen(csv->columns[i]), name, strlen(name)) == 0)
            return (int)i;
    return -1;
}

/* Whether several columns have exactly this name. Those that nothing names may. */
static bool is_repeated(const split_csv *csv, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < csv->ncolumns; i++)
        n += strcmp(csv->columns[i], name) == 0;
    return n > 1;
}

/* Fails where a name could mean several columns. */
static int expect_clear(const split_csv *csv, const char *name, hl_err *e)
{
    const char *first = NULL;
    if (is_repeated(csv, name))
        return hl_fail(e, "%s: line %zu: column '%s' appears twice", csv->name, csv->line, name);
    for (size_t i = 0; split_csv_column(csv, name) < 0 && i < csv->ncolumns; i++) {
        const char *column = csv->columns[i];
        if (split_fold_compare(column, strlen(column), name, strlen(name)) != 0)
            continue;
        if (first)
            return hl_fail(e, "%s: line %zu: expected one column '%s', found '%s' and '%s'",
                           csv->name, csv->line, name, first, column);
        first = column;
    }
    return 0;
}

int split_column_named(const split_csv *csv, const char *name)
{
    const int exact = split_csv_column(csv, name);
    return exact >= 0 ? exact : find_alike(csv, name);
}

static const char *named_column_of(const split_pairs *roles, const char *role)
{
    for (size_t i = 0; i < roles->n; i++)
        if (strcmp(roles->items[i].name, role) == 0)
            return roles->items[i].value;
    return NULL;
}

static const char *column_of(const split_pairs *roles, const char *role)
{
    const char *named = named_column_of(roles, role);
    return named ? named : role;
}

static void list_columns(const split_csv *csv, hl_strbuf *list)
{
    enum { SHOWN = 20 };
    for (size_t i = 0; i < csv->ncolumns; i++)
        hl_strbuf_item(list, i, SHOWN, "'%s'", csv->columns[i]);
}

int split_column_missing(const split_csv *csv, const char *name, hl_err *e)
{
    hl_strbuf list = {0};
    list_columns(csv, &list);
    hl_fail(e, "%s: line %zu: expected a column '%s', found %s", csv->name, csv->line, name,
            list.data);
    hl_strbuf_free(&list);
    return -1;
}

static int refuse_header(const split_csv *csv, const char *role, hl_err *e)
{
    hl_strbuf list = {0};
    list_columns(csv, &list);
    hl_fail(e,
            "%s: line %zu: expected a header with the columns image and label, found no '%s' among "
            "%s: --columns names another%s",
            csv->name, csv->line, role, list.data,
            csv->ncolumns == 1 ? "; commas, semicolons or tabs separate columns" : "");
    hl_strbuf_free(&list);
    return -1;
}

/* The columns of image=FOLDER/NAME with the slash here; c->folder stays -1 where there are none. */
static int find_two(split_columns *c, const split_csv *csv, const char *value, const char *slash,
                    hl_err *e)
{
    char *first = copy_of((split_word){.s = value, .len = (size_t)(slash - value)});
    char *second = copy_of(split_word_of(slash + 1));
    const int folder = split_column_named(csv, first), image = split_column_named(csv, second);
    int status = 0;
    if (folder >= 0 && image >= 0) {
        c->folder = folder;
        c->image = image;
        status = expect_clear(csv, first, e) || expect_clear(csv, second, e) ? -1 : 0;
    }
    free(first);
    free(second);
    return status;
}

char *split_columns_path(const split_columns *c, const split_csv *csv)
{
    if (c->folder < 0)
        return NULL;
    const split_word folder = split_word_trim(split_word_of(csv->fields[c->folder]));
    const split_word name = split_word_trim(split_word_of(csv->fields[c->image]));
    hl_strbuf path = {0};
    if (folder.len && name.len)
        hl_strbuf_printf(&path, "%.*s/", (int)folder.len, folder.s);
    hl_strbuf_printf(&path, "%.*s", (int)name.len, name.s);
    return path.data;
}

static int expect_clear_roles(const split_csv *csv, const split_pairs *roles, hl_err *e)
{
    static const char *const known[] = {"image", "label", "patient", "subset", "sop", "study"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (expect_clear(csv, column_of(roles, known[i]), e))
            return -1;
    for (size_t i = 0; i < roles->n; i++)
        if (expect_clear(csv, roles->items[i].value, e))
            return -1;
    return 0;
}

int split_column_overrule(int *at, const split_csv *csv, const split_pairs *roles, const char *role,
                          const char *option, hl_err *e)
{
    const char *named = named_column_of(roles, role);
    if (named)
        return hl_fail(e, "--columns %s=%s and %s both tell the %s: choose one", role, named,
                       option, role);
    if (*at >= 0)
        hl_log_info("%s: the %s is found by %s: the column '%s' is not used", csv->name, role,
                    option, csv->columns[*at]);
    *at = -1;
    return 0;
}

/* The first role by which images can be found, and its column in *at. */
static split_key find_key(const split_csv *csv, const split_pairs *roles, int *at)
{
    static const char *const keys[] = {[SPLIT_KEY_IMAGE] = "image",
                                       [SPLIT_KEY_SOP] = "sop",
                                       [SPLIT_KEY_STUDY] = "study",
                                       [SPLIT_KEY_PATIENT] = "patient"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if ((*at = split_column_named(csv, column_of(roles, keys[i]))) >= 0)
            return (split_key)i;
    return SPLIT_KEY_IMAGE;
}

static int find_image(split_columns *c, const split_csv *csv, const split_pairs *roles, hl_err *e)
{
    const char *named = named_column_of(roles, "image");
    c->folder = -1;
    if (named && split_column_named(csv, named) < 0)
        for (const char *s = strchr(named, '/'); s && c->folder < 0; s = strchr(s + 1, '/'))
            if (find_two(c, csv, named, s, e))
                return -1;
    if (c->folder < 0)
        c->by = find_key(csv, roles, &c->image);
    return 0;
}

static int expect_named(const split_columns *c, const split_csv *csv, const split_pairs *roles,
                        hl_err *e)
{
    for (size_t i = 0; i < roles->n; i++) {
        const split_pair *role = &roles->items[i];
        const bool has_two = c->folder >= 0 && strcmp(role->name, "image") == 0;
        if (!has_two && split_column_named(csv, role->value) < 0)
            return split_column_missing(csv, role->value, e);
    }
    return 0;
}

int split_columns_find(split_columns *c, const split_csv *csv, const split_pairs *roles,
                       bool by_path, hl_err *e)
{
    if (expect_clear_roles(csv, roles, e))
        return -1;
    *c = (split_columns){.label = split_column_named(csv, column_of(roles, "label")),
                         .patient = split_column_named(csv, column_of(roles, "patient")),
                         .subset = split_column_named(csv, column_of(roles, "subset")),
                         .label_name = column_of(roles, "label")};
    if (find_image(c, csv, roles, e) || expect_named(c, csv, roles, e))
        return -1;
    if (by_path && split_column_overrule(&c->label, csv, roles, "label", "--label-regex", e))
        return -1;
    if (c->image < 0 || (c->label < 0 && !by_path))
        return refuse_header(csv, c->image < 0 ? "image" : "label", e);
    return 0;
}

int split_conditions_find(int *at, const split_csv *csv, const split_pairs *roles,
                          const split_pairs *conditions, hl_err *e)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const char *name = column_of(roles, conditions->items[i].name);
        if (expect_clear(csv, name, e))
            return -1;
        at[i] = split_column_named(csv, name);
        if (at[i] < 0 && !hl_is_dicom_column(name))
            return split_column_missing(csv, name, e);
    }
    return 0;
}

bool split_condition_accepts(const split_pair *condition, split_word value)
{
    split_word rest = split_word_of(condition->value), part;
    while (split_word_part(&rest, ",", &part))
        if (split_word_is(part, value))
            return true;
    return false;
}

bool split_conditions_meet(const split_pairs *conditions, const int *at, split_words *seen,
                           const split_csv *csv)
{
    bool met = true;
    for (size_t i = 0; i < conditions->n; i++) {
        if (at[i] < 0)
            continue;
        const split_word value = split_word_trim(split_word_of(csv->fields[at[i]]));
        split_words_add(&seen[i], value);
        met = met && split_condition_accepts(&conditions->items[i], value);
    }
    return met;
}

static int refuse_value(split_words *seen, split_word value, const char *column, const char *table,
                        hl_err *e)
{
    enum { SHOWN = 10 };
    hl_strbuf list = {0};
    split_words_sort(seen);
    for (size_t i = 0; i < seen->n; i++)
        hl_strbuf_item(&list, i, SHOWN, "'%.*s'", (int)seen->items[i].len, seen->items[i].s);
    hl_fail(e, "%s: --select: expected values of the column '%s', found '%.*s': it has %s", table,
            column, (int)value.len, value.s, list.len ? list.data : "no row");
    hl_strbuf_free(&list);
    return -1;
}

/* Rows with the other spelling would be left out. */
static int expect_one_spelling(const split_pair *condition, const split_words *seen,
                               split_word value, const char *column, const char *of, hl_err *e)
{
    for (size_t i = 0; i < seen->n; i++) {
        const split_word other = seen->items[i];
        if (split_word_is_like(other, value) && !split_condition_accepts(condition, other))
            return hl_fail(e,
                           "%s: --select: values of the column '%s' differ in case, blanks or "
                           "Unicode form only: expected one spelling, or both in --select, found "
                           "'%.*s' and '%.*s'",
                           of, column, (int)value.len, value.s, (int)other.len, other.s);
    }
    return 0;
}

int split_condition_expect_used(const split_pair *condition, split_words *seen, const char *column,
                                const char *of, hl_err *e)
{
    split_word rest = split_word_of(condition->value), value;
    while (split_word_part(&rest, ",", &value)) {
        if (!split_words_count(seen, value))
            return refuse_value(seen, value, column, of, e);
        if (expect_one_spelling(condition, seen, value, column, of, e))
            return -1;
    }
    return 0;
}

int split_conditions_expect_used(const split_pairs *conditions, const int *at, split_words *seen,
                                 const split_csv *csv, hl_err *e)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (at[i] >= 0 && split_condition_expect_used(&conditions->items[i], &seen[i],
                                                      csv->columns[at[i]], csv->name, e))
            return -1;
    return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "columns.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " ";

static size_t trimmed_length(const char *s, size_t len)
{
    while (len > 0 && strchr(blanks, s[len - 1]))
        len--;
    return len;
}

/* ---- parsing ---- */

static void append(char **value, const char *text, size_t len, char separator)
{
    hl_strbuf joined = {0};
    hl_strbuf_printf(&joined, "%s%c", *value, separator);
    hl_strbuf_add(&joined, text, len);
    free(*value);
    *value = joined.data;
}

static void add(split_pairs *p, const char *name, size_t name_len, const char *value, size_t len)
{
    while (len > 0 && strchr(blanks, *value))
        value++, len--;
    p->items = hl_array_reserve(p->items, p->n + 1, &p->cap, sizeof *p->items);
    p->items[p->n++] = (split_pair){hl_strndup(name, trimmed_length(name, name_len)),
                                    hl_strndup(value, trimmed_length(value, len))};
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
    const size_t skipped = strspn(part, blanks);
    if (equals)
        add(p, part + skipped, (size_t)(equals - part) - skipped, equals + 1,
            len - (size_t)(equals + 1 - part));
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

int split_column_named(const split_csv *csv, const char *name)
{
    const int exact = split_csv_column(csv, name);
    const size_t len = strlen(name);
    for (size_t i = 0; exact < 0 && i < csv->ncolumns; i++) {
        const char *column = csv->columns[i] + strspn(csv->columns[i], blanks);
        if (trimmed_length(column, strlen(column)) == len && memcmp(column, name, len) == 0)
            return (int)i;
    }
    return exact;
}

static const char *column_of(const split_pairs *roles, const char *role)
{
    for (size_t i = 0; i < roles->n; i++)
        if (strcmp(roles->items[i].name, role) == 0)
            return roles->items[i].value;
    return role;
}

static int no_column(const split_csv *csv, const char *name, hl_err *e)
{
    enum { SHOWN = 20 };
    hl_strbuf list = {0};
    for (size_t i = 0; i < csv->ncolumns && i < SHOWN; i++)
        hl_strbuf_printf(&list, "%s'%s'", i ? ", " : "", csv->columns[i]);
    hl_fail(e, "%s: line %zu: expected a column '%s', found %s%s", csv->name, csv->line, name,
            list.data, csv->ncolumns > SHOWN ? ", ..." : "");
    hl_strbuf_free(&list);
    return -1;
}

int split_columns_find(split_columns *c, const split_csv *csv, const split_pairs *roles,
                       bool by_path, hl_err *e)
{
    for (size_t i = 0; i < roles->n; i++)
        if (split_column_named(csv, roles->items[i].value) < 0)
            return no_column(csv, roles->items[i].value, e);
    *c = (split_columns){.image = split_column_named(csv, column_of(roles, "image")),
                         .label = split_column_named(csv, column_of(roles, "label")),
                         .patient = split_column_named(csv, column_of(roles, "patient")),
                         .subset = split_column_named(csv, column_of(roles, "subset")),
                         .label_name = column_of(roles, "label")};
    if (c->label >= 0 && by_path)
        return hl_fail(e, "%s: expected either a column 'label' or --label-regex, found both",
                       csv->name);
    if (c->image < 0 || (c->label < 0 && !by_path))
        return hl_fail(e,
                       "%s: line %zu: expected a header with the columns image and label, "
                       "found no '%s': --columns names another",
                       csv->name, csv->line, c->image < 0 ? "image" : "label");
    return 0;
}

int split_conditions_find(int *at, const split_csv *csv, const split_pairs *roles,
                          const split_pairs *conditions, hl_err *e)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const char *name = column_of(roles, conditions->items[i].name);
        at[i] = split_column_named(csv, name);
        if (at[i] < 0)
            return no_column(csv, name, e);
    }
    return 0;
}

static bool is_among(const char *field, const char *values)
{
    field += strspn(field, blanks);
    const size_t len = trimmed_length(field, strlen(field));
    for (const char *at = values;; at++) {
        const size_t skipped = strspn(at, blanks);
        const size_t part = strcspn(at, ",");
        if (part >= skipped && trimmed_length(at + skipped, part - skipped) == len &&
            memcmp(at + skipped, field, len) == 0)
            return true;
        at += part;
        if (!*at)
            return false;
    }
}

bool split_conditions_meet(const split_pairs *conditions, const int *at, const split_csv *csv)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (!is_among(csv->fields[at[i]], conditions->items[i].value))
            return false;
    return true;
}

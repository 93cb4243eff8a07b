/* SPDX-License-Identifier: BSD-2-Clause */
#include "diff.h"

#include "../common/mem.h"
#include "../common/output.h"
#include "../common/provenance.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct lines {
    FILE *fp;
    char *line; /* NULL behind the last one */
    size_t cap;
} lines;

/* The names of the columns, and which of them does not count. */
typedef struct table {
    const char *ignore;
    char *columns; /* the line; NULL before it */
    size_t ignored;
} table;

static int next(lines *l, const char *name, hl_err *e)
{
    const ssize_t n = getline(&l->line, &l->cap, l->fp);
    if (n < 0) {
        free(l->line);
        l->line = NULL;
        return ferror(l->fp) ? hl_fail_errno(e, "%s: cannot be read", name) : 0;
    }
    if (n > 0 && l->line[n - 1] == '\n')
        l->line[n - 1] = '\0';
    return 0;
}

/* The k-th field of a line, and its length; NULL if there are fewer. */
static const char *field(const char *line, size_t k, size_t *length)
{
    for (; k; k--) {
        line = strchr(line, '\t');
        if (!line)
            return NULL;
        line++;
    }
    *length = strcspn(line, "\t");
    return line;
}

void diff_say_values(hl_text *what, const char *a, const char *b)
{
    const int most = 80;
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    const size_t from = same > (size_t)most / 2 ? same - (size_t)most / 2 : 0;
    hl_text_printf(what, "'%s%.*s' and '%s%.*s'", from ? "..." : "", most, a + from,
                   from ? "..." : "", most, b + from);
}

static void say_fields(const table *t, const char *a, const char *b, size_t k, hl_text *what)
{
    size_t na = 0, nb = 0, nc = 0;
    const char *x = field(a, k, &na), *y = field(b, k, &nb);
    const char *column = t->columns ? field(t->columns, k, &nc) : NULL;
    char *x_text = hl_strndup(x ? x : "", x ? na : 0), *y_text = hl_strndup(y ? y : "", y ? nb : 0);
    if (column && strchr(t->columns, '\t'))
        hl_text_printf(what, ", column %.*s", (int)nc, column);
    hl_text_puts(what, ": ");
    diff_say_values(what, x_text, y_text);
    free(x_text);
    free(y_text);
}

/* Whether field k of both lines is the same; *more: at least one of the lines has it. */
static bool same_field(const char *a, const char *b, size_t k, bool *more)
{
    size_t na = 0, nb = 0;
    const char *x = field(a, k, &na), *y = field(b, k, &nb);
    *more = x || y;
    return !*more || (x && y && na == nb && memcmp(x, y, na) == 0);
}

/* The first field that differs and counts, or -1. */
static ssize_t find_field(const table *t, const char *a, const char *b)
{
    bool more = true;
    for (size_t k = 0; more; k++)
        if (!same_field(a, b, k, &more) && !(t->columns && t->ignore && k == t->ignored))
            return (ssize_t)k;
    return -1;
}

static bool say_chains(const char *a, const char *b, hl_text *what)
{
    static const char key[] = "#chain\t";
    if (strncmp(a, key, strlen(key)) != 0 || strncmp(b, key, strlen(key)) != 0)
        return false;
    char *x = hl_strdup(a + strlen(key)), *y = hl_strdup(b + strlen(key));
    hl_text in_a = {0}, in_b = {0};
    const bool said =
        hl_tsv_unescape(x) && hl_tsv_unescape(y) && hl_chain_differs(x, y, &in_a, &in_b);
    if (said)
        hl_text_printf(what, ", provenance: '%s' and '%s'", in_a.data, in_b.data);
    hl_text_free(&in_a);
    hl_text_free(&in_b);
    free(x);
    free(y);
    return said;
}

static void say_line(const table *t, size_t number, const char *a, const char *b, hl_text *what)
{
    hl_text_printf(what, "line %zu", number);
    if (!a || !b)
        hl_text_printf(what, ": only the %s file has it", a ? "first" : "second");
    else if (!say_chains(a, b, what))
        say_fields(t, a, b, (size_t)find_field(t, a, b), what);
}

/* The first line that does not start with # names the columns. */
static void note_columns(table *t, const char *line)
{
    if (t->columns || line[0] == '#')
        return;
    t->columns = hl_strdup(line);
    size_t n;
    const char *name;
    while ((name = field(line, t->ignored, &n)) &&
           !(t->ignore && strlen(t->ignore) == n && memcmp(name, t->ignore, n) == 0))
        t->ignored++;
}

static bool is_seal(const char *line)
{
    return line && strncmp(line, "#sha256\t", 8) == 0;
}

static int compare(lines *a, const char *a_name, lines *b, const char *b_name, table *t,
                   hl_text *what, hl_err *e)
{
    for (size_t number = 1;; number++) {
        if (next(a, a_name, e) || next(b, b_name, e))
            return -1;
        if (!a->line && !b->line)
            return 0;
        if (t->ignore && is_seal(a->line) && is_seal(b->line))
            continue; /* it is of the column that does not count, too */
        if (!a->line || !b->line || find_field(t, a->line, b->line) >= 0) {
            say_line(t, number, a->line, b->line, what);
            return 0;
        }
        note_columns(t, a->line);
    }
}

int diff_texts(const char *a, const char *b, const char *ignore, hl_text *what, hl_err *e)
{
    const char *a_name, *b_name;
    lines x = {.fp = hl_in_open(a, &a_name, e)}, y = {0};
    if (!x.fp)
        return -1;
    y.fp = hl_in_open(b, &b_name, e);
    table t = {.ignore = ignore};
    const int status = y.fp ? compare(&x, a_name, &y, b_name, &t, what, e) : -1;
    free(x.line);
    free(y.line);
    free(t.columns);
    fclose(x.fp);
    if (y.fp)
        fclose(y.fp);
    return status;
}

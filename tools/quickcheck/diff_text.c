/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "data/provenance.h"
#include "diff.h"
#include "format/tsv.h"
#include "sys/input.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A string of bytes, any of which may be zero. at NULL: there is none. */
typedef struct piece {
    const char *at;
    size_t len;
} piece;

typedef struct lines {
    const char *name;
    FILE *fp;
    char *buf;
    size_t cap;
    piece line; /* without its newline; at NULL after the last one */
    bool ended; /* it has a newline */
} lines;

/* The columns of a table, one of which may be ignored. */
typedef struct table {
    const char *ignore;
    char *line; /* of column names; NULL before it has been read */
    piece columns;
    size_t ignored;
} table;

static int next(lines *l, hl_err *e)
{
    const ssize_t n = getline(&l->buf, &l->cap, l->fp);
    l->line = (piece){0};
    if (n < 0)
        return ferror(l->fp) ? hl_fail_errno(e, "%s: cannot be read", l->name) : 0;
    l->ended = n > 0 && l->buf[n - 1] == '\n';
    l->line = (piece){l->buf, (size_t)n - l->ended};
    return 0;
}

/* Field k of a line; at NULL if there are fewer. */
static piece field(piece line, size_t k)
{
    if (!line.at)
        return line;
    const char *at = line.at, *end = line.at + line.len;
    for (; k; k--) {
        at = memchr(at, '\t', (size_t)(end - at));
        if (!at)
            return (piece){0};
        at++;
    }
    const char *tab = memchr(at, '\t', (size_t)(end - at));
    return (piece){at, (size_t)((tab ? tab : end) - at)};
}

static bool same_piece(piece a, piece b)
{
    return !a.at == !b.at && a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

void quickcheck_diff_print_values(hl_strbuf *what, const char *a, const char *b)
{
    const int max_length = 80;
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    const size_t from = same > (size_t)max_length / 2 ? same - (size_t)max_length / 2 : 0;
    hl_strbuf_printf(what, "'%s%.*s' and '%s%.*s'", from ? "..." : "", max_length, a + from,
                     from ? "..." : "", max_length, b + from);
}

static bool is_checksum(piece line)
{
    return line.len >= 8 && memcmp(line.at, "#sha256\t", 8) == 0;
}

/* The bytes as a string, zero bytes written as \0. The caller frees. */
static char *to_text(piece p)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    if (!p.at)
        return t.data;
    for (const char *at = p.at, *end = p.at + p.len; at < end;) {
        const char *zero = memchr(at, '\0', (size_t)(end - at));
        hl_strbuf_add(&t, at, (size_t)((zero ? zero : end) - at));
        if (zero)
            hl_strbuf_puts(&t, "\\0");
        at = zero ? zero + 1 : end;
    }
    return t.data;
}

static void print_fields(const table *t, piece a, piece b, size_t k, hl_strbuf *what)
{
    char *x = to_text(field(a, k)), *y = to_text(field(b, k));
    const piece column = field(t->columns, k);
    if (column.at && field(t->columns, 1).at)
        hl_strbuf_printf(what, ", column %.*s", (int)column.len, column.at);
    hl_strbuf_puts(what, ": ");
    quickcheck_diff_print_values(what, x, y);
    free(x);
    free(y);
}

/* The first field that differs and counts, or -1. */
static ssize_t find_field(const table *t, piece a, piece b)
{
    for (size_t k = 0;; k++) {
        const piece x = field(a, k), y = field(b, k);
        if (!x.at && !y.at)
            return -1;
        if (!same_piece(x, y) && !(t->columns.at && t->ignore && k == t->ignored))
            return (ssize_t)k;
    }
}

/* Offset of the provenance in a line that has one, else 0. */
static size_t provenance_at(piece line)
{
    static const char *const keys[] = {"#provenance\t", "#chain\t" /* old name */};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const size_t len = strlen(keys[i]);
        if (line.len >= len && memcmp(line.at, keys[i], len) == 0)
            return len;
    }
    return 0;
}

static bool print_provenance(piece a, piece b, hl_strbuf *what)
{
    const size_t of_a = provenance_at(a), of_b = provenance_at(b);
    if (!of_a || !of_b)
        return false;
    char *x = hl_strndup(a.at + of_a, a.len - of_a), *y = hl_strndup(b.at + of_b, b.len - of_b);
    hl_strbuf in_a = {0}, in_b = {0};
    const bool differs =
        hl_tsv_unescape(x) && hl_tsv_unescape(y) && hl_provenance_differs(x, y, &in_a, &in_b);
    if (differs)
        hl_strbuf_printf(what, ", provenance: '%s' and '%s'", in_a.data, in_b.data);
    hl_strbuf_free(&in_a);
    hl_strbuf_free(&in_b);
    free(x);
    free(y);
    return differs;
}

/* Adds nothing where the two lines are the same. */
static void compare_lines(const table *t, size_t number, const lines *a, const lines *b,
                          hl_strbuf *what)
{
    /* If a column is ignored, so is the checksum line, which covers that column. */
    const bool checksums = t->ignore && is_checksum(a->line) && is_checksum(b->line);
    const ssize_t k = checksums ? -1 : find_field(t, a->line, b->line);
    if (a->line.at && b->line.at && k < 0 && a->ended == b->ended)
        return;
    hl_strbuf_printf(what, "line %zu", number);
    if (!a->line.at || !b->line.at)
        hl_strbuf_printf(what, ": only the %s file has it", a->line.at ? "first" : "second");
    else if (k < 0)
        hl_strbuf_printf(what, ": only the %s file ends it with a newline",
                         a->ended ? "first" : "second");
    else if (!print_provenance(a->line, b->line, what))
        print_fields(t, a->line, b->line, (size_t)k, what);
}

/* The first line that does not start with # names the columns. */
static int read_columns(table *t, piece line, const char *name, hl_err *e)
{
    if (t->columns.at || (line.len && line.at[0] == '#'))
        return 0;
    t->line = hl_strndup(line.at, line.len);
    t->columns = (piece){t->line, line.len};
    const piece wanted = {t->ignore, t->ignore ? strlen(t->ignore) : 0};
    piece column = field(t->columns, 0);
    while (column.at && !same_piece(column, wanted))
        column = field(t->columns, ++t->ignored);
    return column.at || !t->ignore
               ? 0
               : hl_fail(e, "--ignore %s: %s has no column of that name", t->ignore, name);
}

static int compare(lines *a, lines *b, table *t, hl_strbuf *what, hl_err *e)
{
    for (size_t number = 1;; number++) {
        if (next(a, e) || next(b, e))
            return -1;
        if (!a->line.at && !b->line.at)
            return t->ignore && !t->columns.at
                       ? hl_fail(e, "--ignore %s: %s has no line of column names", t->ignore,
                                 a->name)
                       : 0;
        compare_lines(t, number, a, b, what);
        if (what->len)
            return 0;
        if (read_columns(t, a->line, a->name, e))
            return -1;
    }
}

int quickcheck_diff_texts(const char *a, const char *b, const char *ignore, hl_strbuf *what,
                          hl_err *e)
{
    lines x = {.name = a, .fp = hl_in_open_file(a, e)}, y = {.name = b};
    if (!x.fp)
        return -1;
    y.fp = hl_in_open_file(b, e);
    table t = {.ignore = ignore};
    const int status = y.fp ? compare(&x, &y, &t, what, e) : -1;
    free(x.buf);
    free(y.buf);
    free(t.line);
    fclose(x.fp);
    if (y.fp)
        fclose(y.fp);
    return status;
}

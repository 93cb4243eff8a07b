/* SPDX-License-Identifier: BSD-2-Clause */
#include "csv.h"

#include "base/mem.h"
#include "format/text_encoding.h"
#include "image/foreign.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_COLUMNS = 1024 };

/* Unquotes a field in place; leaves c->at after the closing quote. */
static int read_quoted(split_csv *c, char **field, char **field_end, hl_err *e)
{
    char *to = ++c->at;
    *field = to;
    for (;;) {
        char *quote = memchr(c->at, '"', (size_t)(c->end - c->at));
        if (!quote)
            return hl_fail(e, "%s: line %zu: a quoted field is not closed", c->name, c->line);
        const size_t run = (size_t)(quote - c->at);
        for (const char *s = c->at; s < quote; s++)
            c->next_line += *s == '\n';
        memmove(to, c->at, run);
        to += run;
        c->at = quote + 1;
        if (c->at == c->end || *c->at != '"')
            break;
        *to++ = '"';
        c->at++;
    }
    *field_end = to;
    return 0;
}

static int read_plain(split_csv *c, char **field, char **field_end, hl_err *e)
{
    *field = c->at;
    const char ends[] = {c->separator, '"', '\r', '\n', '\0'};
    c->at += strcspn(c->at, ends);
    *field_end = c->at;
    if (*c->at == '"')
        return hl_fail(e, "%s: line %zu: a quote inside an unquoted field", c->name, c->line);
    return 0;
}

static const char *separator_name(char separator)
{
    return separator == ';' ? "semicolon" : separator == '\t' ? "tab" : "comma";
}

/* Length of the line end here: LF or CR LF, or CR CR LF, as programs write that take CR LF for
 * text; 0 if there is none. */
static size_t line_end(const split_csv *c)
{
    size_t n = 0;
    while (c->at[n] == '\r')
        n++;
    return c->at[n] == '\n' ? n + 1 : 0;
}

static int refuse_separator(const split_csv *c, hl_err *e)
{
    return hl_fail(e, "%s: line %zu: expected a %s or the end of the line after a field%s", c->name,
                   c->line, separator_name(c->separator),
                   *c->at == '\r' ? ", found CR without LF" : "");
}

/* Consumes the separator or line end after a field; *last tells whether the record ends here. */
static int read_separator(split_csv *c, bool *last, hl_err *e)
{
    *last = true;
    if (c->at == c->end)
        return 0;
    *last = *c->at != c->separator;
    const size_t n = *last ? line_end(c) : 1;
    if (n == 0)
        return refuse_separator(c, e);
    c->next_line += *last;
    c->at += n;
    return 0;
}

/* Reads one record into fields[0 .. *n - 1]; more than max fields are counted as max + 1. */
static int read_record(split_csv *c, char **fields, size_t max, size_t *n, hl_err *e)
{
    c->line = c->next_line;
    *n = 0;
    for (bool last = false; !last;) {
        char *field, *field_end;
        if (*c->at == '"' ? read_quoted(c, &field, &field_end, e)
                          : read_plain(c, &field, &field_end, e))
            return -1;
        if (read_separator(c, &last, e))
            return -1;
        *field_end = '\0'; /* only now: the separator was here */
        if (*n < max)
            fields[(*n)++] = field;
        else
            *n = max + 1;
    }
    return 0;
}

static void skip_empty_lines(split_csv *c)
{
    for (size_t n; c->at < c->end && (n = line_end(c)) > 0; c->at += n)
        c->next_line++;
}

/* Spreadsheets write semicolons where the locale's decimal mark is a comma, and tabs as "text".
 * So the separator is what the line of names has most of, outside quotes. */
static char find_separator(const split_csv *c)
{
    static const char separators[] = ",;\t";
    size_t n[sizeof separators - 1] = {0};
    bool quoted = false;
    for (const char *s = c->at; s < c->end && (quoted || *s != '\n'); s++) {
        const char *found = *s && !quoted ? strchr(separators, *s) : NULL;
        if (found)
            n[found - separators]++;
        quoted ^= *s == '"';
    }
    size_t most = 0;
    for (size_t i = 1; i < sizeof n / sizeof *n; i++)
        most = n[i] > n[most] ? i : most;
    return separators[most];
}

/* Excel takes the separator from a first line "sep=;", and some programs write one. */
static void take_stated_separator(split_csv *c)
{
    static const char start[] = "sep=";
    const size_t n = sizeof start - 1;
    if ((size_t)(c->end - c->at) < n + 2 || strncasecmp(c->at, start, n) != 0 ||
        !strchr(",;\t", c->at[n]) || (c->at[n + 1] != '\n' && c->at[n + 1] != '\r'))
        return;
    c->separator = c->at[n];
    c->at += n + 1;
    skip_empty_lines(c);
}

int split_csv_read(const char *path, char **text, size_t *len, hl_err *e)
{
    static const size_t max_bytes = (size_t)1 << 30;
    const char *name;
    FILE *fp = hl_in_open(path, &name, e);
    if (!fp)
        return -1;
    const int status = hl_in_read_all(fp, name, max_bytes, text, len, e);
    if (fp != stdin)
        fclose(fp);
    const hl_foreign *other = status ? NULL : hl_foreign_find((const uint8_t *)*text, *len);
    if (!other)
        return status;
    free(*text);
    return hl_fail(e, "%s: expected CSV text, found %s: save the table as CSV", name, other->name);
}

int split_csv_open(split_csv *c, const char *name, char *text, size_t len, hl_err *e)
{
    *c = (split_csv){.name = name, .at = text, .end = text + len, .next_line = 1};
    if (hl_encoding_check(text, len, name, e))
        return -1;
    if (memchr(text, '\0', len))
        return hl_fail(e, "%s: expected CSV text, found a zero byte", name);
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        c->at += 3;
    skip_empty_lines(c);
    if (c->at == c->end)
        return hl_fail(e, "%s: is empty: expected a line of column names", name);
    take_stated_separator(c);
    if (!c->separator)
        c->separator = find_separator(c);
    c->columns = hl_calloc(MAX_COLUMNS, sizeof *c->columns);
    int status = read_record(c, c->columns, MAX_COLUMNS, &c->ncolumns, e);
    if (status == 0 && c->ncolumns > MAX_COLUMNS)
        status = hl_fail(e, "%s: line %zu: more than %d columns", name, c->line, MAX_COLUMNS);
    if (status)
        split_csv_close(c);
    else
        c->fields = hl_calloc(c->ncolumns, sizeof *c->fields);
    return status;
}

/* Spreadsheets write the separators of empty rows, too. */
static bool is_blank(char *const *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fields[i][strspn(fields[i], " ")])
            return false;
    return true;
}

int split_csv_next(split_csv *c, bool *more, hl_err *e)
{
    size_t n;
    do {
        skip_empty_lines(c);
        *more = c->at < c->end;
        if (!*more)
            return 0;
        if (read_record(c, c->fields, c->ncolumns, &n, e))
            return -1;
    } while (n == c->ncolumns && is_blank(c->fields, n));
    if (n != c->ncolumns)
        return hl_fail(e, "%s: line %zu: expected %zu fields, found %s%zu", c->name, c->line,
                       c->ncolumns, n > c->ncolumns ? "more than " : "",
                       n > c->ncolumns ? c->ncolumns : n);
    return 0;
}

int split_csv_column(const split_csv *c, const char *column)
{
    for (size_t i = 0; i < c->ncolumns; i++)
        if (strcmp(c->columns[i], column) == 0)
            return (int)i;
    return -1;
}

void split_csv_close(split_csv *c)
{
    free(c->columns);
    free(c->fields);
    *c = (split_csv){0};
}

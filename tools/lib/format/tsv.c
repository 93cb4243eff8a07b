/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/tsv.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "format/checksum.h"
#include "format/old_names.h"
#include "format/string_list.h"
#include "format/text_encoding.h"
#include "sys/input.h"

#include <stdlib.h>
#include <string.h>

static const char tsv_plain[] = "\t\n\r\\";
static const char tsv_letter[] = "tnr\\";

void hl_tsv_escape(hl_strbuf *t, const char *s)
{
    for (;;) {
        const size_t run = strcspn(s, tsv_plain);
        hl_strbuf_add(t, s, run);
        s += run;
        if (!*s)
            return;
        const char escape[2] = {'\\', tsv_letter[strchr(tsv_plain, *s) - tsv_plain]};
        hl_strbuf_add(t, escape, 2);
        s++;
    }
}

bool hl_tsv_unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (*s != '\\') {
            *to++ = *s;
            continue;
        }
        const char *letter = s[1] ? strchr(tsv_letter, s[1]) : NULL;
        if (!letter)
            return false;
        *to++ = tsv_plain[letter - tsv_letter];
        s++;
    }
    *to = '\0';
    return true;
}

enum { MAX_COLUMNS = HL_MAX_CLASSES + 64 }; /* predictions have a column for each class */

static const size_t max_text = (size_t)1 << 31;

static void push(char ***list, size_t n, char *item)
{
    /* Doubling at powers of two needs no stored capacity. */
    if ((n & (n - 1)) == 0)
        *list = hl_realloc(*list, n ? 2 * n : 1, sizeof **list);
    (*list)[n] = item;
}

static int read_columns(hl_tsv *t, char *line, hl_err *e)
{
    while (line) {
        if (t->ncolumns == MAX_COLUMNS)
            return hl_fail(e, "%s: expected at most %d columns, found more", t->name, MAX_COLUMNS);
        char *column = strsep(&line, "\t");
        if (!hl_tsv_unescape(column) || !*column)
            return hl_fail(e, "%s: a column name is empty or badly escaped", t->name);
        for (size_t c = 0; c < t->ncolumns; c++)
            if (strcmp(t->columns[c], column) == 0)
                return hl_fail(e, "%s: column '%s' appears twice", t->name, column);
        push(&t->columns, t->ncolumns++, column);
    }
    return 0;
}

static int read_row(hl_tsv *t, size_t line_no, char *line, hl_err *e)
{
    size_t n = 0;
    for (; line && n < t->ncolumns; n++) {
        char *field = strsep(&line, "\t");
        if (!hl_tsv_unescape(field))
            return hl_fail(e, "%s: line %zu: bad escape in %s", t->name, line_no, t->columns[n]);
        push(&t->fields, t->nrows * t->ncolumns + n, field);
    }
    if (n != t->ncolumns || line)
        return hl_fail(e, "%s: line %zu: expected %zu fields, found %s", t->name, line_no,
                       t->ncolumns, n < t->ncolumns ? "fewer" : "more");
    t->nrows++;
    return 0;
}

static int read_line(hl_tsv *t, size_t line_no, char *line, hl_err *e)
{
    if (t->ncolumns)
        return read_row(t, line_no, line, e);
    if (line[0] != '#')
        return read_columns(t, line, e);
    if (!hl_tsv_unescape(line))
        return hl_fail(e, "%s: line %zu: bad escape", t->name, line_no);
    push(&t->comments, t->ncomments++, line);
    return 0;
}

static int parse(hl_tsv *t, size_t len, hl_err *e)
{
    size_t line_no = 0;
    for (char *line = t->text; line < t->text + len;) {
        char *end = memchr(line, '\n', (size_t)(t->text + len - line));
        if (!end)
            return hl_fail(e, "%s: truncated: the last line does not end", t->name);
        *end = '\0';
        if (strlen(line) != (size_t)(end - line))
            return hl_fail(e, "%s: line %zu: it holds a zero byte", t->name, line_no + 1);
        if (read_line(t, ++line_no, line, e))
            return -1;
        line = end + 1;
    }
    return t->ncolumns ? 0 : hl_fail(e, "%s: expected a line of column names", t->name);
}

int hl_tsv_read(hl_tsv *t, const char *path, hl_err *e)
{
    const char *name;
    size_t len;
    *t = (hl_tsv){0};
    FILE *fp = hl_in_open(path, &name, e);
    if (!fp)
        return -1;
    int status = hl_in_read_all(fp, name, max_text, &t->text, &len, e);
    if (fp != stdin)
        fclose(fp);
    if (status)
        return -1;
    t->name = hl_strdup(name);
    status = hl_encoding_normalize(t->text, &len, name, e);
    const size_t whole = len;
    if (status == 0)
        status = hl_checksum_strip_line(t->text, &len, name, e) || parse(t, len, e) ? -1 : 0;
    if (status == 0 && len == whole && hl_tsv_comment(t, "provenance"))
        status = hl_fail(e,
                         "%s: cut short, or changed by hand: expected #sha256 as the last line of "
                         "a table that states its provenance",
                         name);
    if (status)
        hl_tsv_free(t);
    return status;
}

void hl_tsv_free(hl_tsv *t)
{
    free(t->name);
    free(t->text);
    free(t->comments);
    free(t->columns);
    free(t->fields);
    *t = (hl_tsv){0};
}

static const char *find_comment(const hl_tsv *t, const char *key)
{
    const size_t len = strlen(key);
    for (size_t i = 0; i < t->ncomments; i++) {
        const char *c = t->comments[i] + 1;
        if (strncmp(c, key, len) == 0 && c[len] == '\t')
            return c + len + 1;
    }
    return NULL;
}

const char *hl_tsv_comment(const hl_tsv *t, const char *key)
{
    const char *value = find_comment(t, key), *old = hl_old_name(key);
    return value || !old ? value : find_comment(t, old);
}

int hl_tsv_check_kind(const hl_tsv *t, const char *kind, hl_err *e)
{
    static const char ours[] = "#hilum-";
    const char *first = t->ncomments ? t->comments[0] : "";
    if (strncmp(first, ours, sizeof ours - 1) != 0 || strcmp(first + 1, kind) == 0)
        return 0;
    return hl_fail(e, "%s: expected '#%s' in line 1, found '%s'", t->name, kind, first);
}

int hl_tsv_column(const hl_tsv *t, const char *name, size_t *column, hl_err *e)
{
    for (*column = 0; *column < t->ncolumns; ++*column)
        if (strcmp(t->columns[*column], name) == 0)
            return 0;
    return hl_fail(e, "%s: expected a column '%s', found none", t->name, name);
}

const char *hl_tsv_field(const hl_tsv *t, size_t row, size_t column)
{
    return t->fields[row * t->ncolumns + column];
}

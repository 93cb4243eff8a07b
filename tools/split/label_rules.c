/* SPDX-License-Identifier: BSD-2-Clause */
#include "label_rules.h"

#include "base/mem.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "label_cells.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- findings: 1, 0, -1 ---- */

enum { NO_FINDING = -2 };

/* "1,0", as spreadsheets write 1.0 in many countries; in "1,2" the comma separates two labels. */
static void use_decimal_point(char *text)
{
    char *comma = strchr(text, ',');
    if (comma && comma > text && comma[1] && comma[1 + strspn(comma + 1, "0")] == '\0')
        *comma = '.';
}

static bool number_of(split_word w, double *value)
{
    char text[16];
    w = split_word_trim(w);
    if (w.len >= sizeof text)
        return false;
    memcpy(text, w.s, w.len);
    text[w.len] = '\0';
    use_decimal_point(text);
    return hl_parse_f64(text, value);
}

static int finding_of(split_word w)
{
    double v;
    return number_of(w, &v) && (v == 1 || v == 0 || v == -1) ? (int)v : NO_FINDING;
}

/* Whole numbers from 0 on, as grades of severity: labels of which 0 and 1 may be two. */
static bool is_grade(split_word cell)
{
    split_word rest = split_word_inside(cell), label;
    double v = 0;
    while (split_word_next(&rest, split_label_separators, &label))
        if (!number_of(label, &v) || v < 0 || v != floor(v))
            return false;
    return true;
}

/* The rows that tell what kind of column it is; NULL: none. */
typedef struct kinds {
    const split_row *finding, *uncertain, *other, *no_grade;
} kinds;

static kinds find_kinds(const split_label_rules *r, const split_row *rows, size_t n)
{
    kinds k = {0};
    for (size_t i = 0; i < n; i++) {
        const split_word cell = split_row_cell(&rows[i]);
        if (split_row_is_blank(r, &rows[i]))
            continue;
        const int value = finding_of(cell);
        const split_row **first = value == NO_FINDING ? &k.other : &k.finding;
        if (!*first)
            *first = &rows[i];
        if (value == -1 && !k.uncertain)
            k.uncertain = &rows[i];
        if (value == NO_FINDING && !k.no_grade && !is_grade(cell))
            k.no_grade = &rows[i];
    }
    return k;
}

/* One odd cell would make labels of all the others, and -1 a class. */
static int refuse_mixture(const kinds *k, const char *table, hl_err *e)
{
    const split_row *odd = k->no_grade ? k->no_grade : k->other;
    return hl_fail(e,
                   "%s: line %zu: expected 1, 0, -1 or an empty cell, as in line %zu, found '%s'",
                   table, odd->line, k->finding->line, odd->cell);
}

static int find_kind(const split_label_rules *r, const split_row *rows, size_t n, const char *table,
                     bool *findings, hl_err *e)
{
    const kinds k = find_kinds(r, rows, n);
    const bool settles_blank = r->blank == SPLIT_CELL_ZERO || r->blank == SPLIT_CELL_ONE;
    *findings = k.finding && !k.other &&
                (!r->positive || finding_of(split_word_of(r->positive)) == 1 ||
                 strcmp(r->positive, r->label_name) == 0);
    if (k.finding && k.other &&
        (k.no_grade || k.uncertain || r->uncertain || (settles_blank && !r->positive)))
        return refuse_mixture(&k, table, e);
    if (k.other && r->uncertain)
        return hl_fail(e, "%s: line %zu: --uncertain is for a column of 1, 0 and -1, found '%s'",
                       table, k.other->line, k.other->cell);
    return 0;
}

/* ---- labels ---- */

static bool is_positive(split_word cell, const char *positive)
{
    split_word labels_left = split_word_inside(cell), label, wanted;
    if (split_word_is(split_word_trim(cell), split_word_trim(split_word_of(positive))))
        return true;
    while (split_word_next(&labels_left, split_label_separators, &label)) {
        split_word rest = split_word_of(positive);
        while (split_word_next(&rest, "|", &wanted))
            if (split_word_is(label, wanted))
                return true;
    }
    return false;
}

/* The one label of a cell, as a string in its place. */
static const char *take_label(split_row *r)
{
    split_word label = split_word_trim(split_row_cell(r));
    const bool quoted = label.len > 1 && strchr("'\"", label.s[0]);
    if (quoted || split_word_inside(label).len != label.len) {
        split_word rest = split_word_inside(label);
        split_word_next(&rest, split_label_separators, &label);
    }
    char *start = r->cell + (label.s - r->cell);
    start[label.len] = '\0';
    return start;
}

/* ---- rows ---- */

/* Rows whose cell has no answer. */
typedef struct settled {
    size_t *dropped, *kept;
} settled;

/* What a cell without an answer means: sets the label, or counts the row as left out. */
static int settle(split_label_rules *r, int meaning, split_row *row, settled n, const char *table,
                  const char *what, const char *option, hl_err *e)
{
    if (meaning == SPLIT_CELL_STOP)
        return hl_fail(e, "%s: line %zu: %s: --%s says what it means", table, row->line, what,
                       option);
    if (meaning == SPLIT_CELL_DROP) {
        ++*n.dropped;
        return 0;
    }
    if (!r->names[0])
        return hl_fail(e,
                       "%s: line %zu: %s, and --%s has no class for it: --positive names "
                       "the positive one",
                       table, row->line, what, option);
    row->label = r->classes[meaning == SPLIT_CELL_ONE];
    r->unclassed_n += !row->label;
    *n.kept += row->label != NULL;
    return 0;
}

static int settle_blank(split_label_rules *r, split_row *row, const char *table, hl_err *e)
{
    char what[64];
    const split_word cell = split_word_trim(split_row_cell(row));
    snprintf(what, sizeof what, cell.len ? "no label, '%.*s'" : "empty label", (int)cell.len,
             cell.s);
    const settled n = {&r->blank_n, &r->blank_kept};
    return settle(r, r->blank, row, n, table, what, "blank", e);
}

static int find_class(const split_label_rules *r, split_row *row, const char *table, hl_err *e)
{
    if (split_class_map_of_cell(r->map, split_row_cell(row), split_label_separators, &row->label,
                                e) == 0)
        return 0;
    char where[512];
    snprintf(where, sizeof where, "%s: line %zu", table, row->line);
    return hl_fail_in(e, where);
}

static int apply_to(split_label_rules *r, bool findings, split_row *row, const char *table,
                    hl_err *e)
{
    row->label = NULL;
    if (split_row_is_blank(r, row))
        return settle_blank(r, row, table, e);
    if (findings) {
        const int value = finding_of(split_row_cell(row));
        const settled n = {&r->uncertain_n, &r->uncertain_kept};
        if (value < 0)
            return settle(r, r->uncertain, row, n, table, "uncertain label, -1", "uncertain", e);
        row->label = r->classes[value];
    } else if (r->positive) {
        row->label = r->classes[is_positive(split_row_cell(row), r->positive)];
    } else if (r->map->n) {
        if (find_class(r, row, table, e))
            return -1;
    } else {
        row->label = take_label(row);
    }
    r->unclassed_n += !row->label;
    return 0;
}

static char *name_without(const char *positive)
{
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "(no %s)", positive);
    return t.data;
}

/* The class of the positive label is called as --positive has it. */
static void name_classes(split_label_rules *r)
{
    const bool is_label = strcmp(r->label_name, "label") == 0;
    const bool is_number =
        r->findings && (r->positive ? finding_of(split_word_of(r->positive)) == 1 : is_label);
    const char *positive = r->positive ? r->positive : is_number ? "1" : r->label_name;
    if (!r->names[0])
        r->names[0] = is_number ? hl_strdup("0") : name_without(positive);
    r->names[1] = hl_strdup(positive);
}

static int map_names(split_label_rules *r, const char *table, hl_err *e)
{
    split_words set = {0};
    for (int i = 0; i < 2; i++) {
        split_words_add(&set, split_word_of(r->names[i]));
        r->classes[i] =
            r->map->n ? split_class_map_find(r->map, split_word_of(r->names[i])) : r->names[i];
    }
    const int status = split_class_map_expect(r->map, &set, table, e);
    split_words_free(&set);
    return status;
}

/* With --classes, --positive is one of these. Takes it out of r: it is no label. */
static int take_positive_class(split_label_rules *r, const char **cls, hl_err *e)
{
    *cls = NULL;
    for (size_t i = 0; i < r->map->nclasses && !*cls; i++)
        if (r->positive && strcmp(r->map->names[i], r->positive) == 0)
            *cls = r->map->names[i];
    if (r->positive && !*cls)
        return hl_fail(e, "--positive: expected a class of --classes, found '%s'", r->positive);
    r->positive = NULL;
    return 0;
}

/* What --blank and --rows mean by positive and negative where cells have labels. */
static void name_mapped_classes(split_label_rules *r, const char *positive)
{
    if (!positive || r->map->nclasses != 2)
        return;
    const bool second = strcmp(r->map->names[1], positive) == 0;
    for (int i = 0; i < 2; i++)
        r->classes[i] = r->names[i] = hl_strdup(r->map->names[second ? i : 1 - i]);
}

int split_label_rules_apply(split_label_rules *r, split_row *rows, size_t n, const char *table,
                            hl_err *e)
{
    bool findings;
    const char *positive_class = NULL;
    if (r->map->n && take_positive_class(r, &positive_class, e))
        return -1;
    if (find_kind(r, rows, n, table, &findings, e) ||
        (!findings && split_labels_check(r, rows, n, table, &r->names[0], e)))
        return -1;
    r->findings = findings;
    if (findings || r->positive)
        name_classes(r);
    if (r->names[0] && map_names(r, table, e))
        return -1;
    if (!findings)
        name_mapped_classes(r, positive_class);
    for (size_t i = 0; i < n; i++)
        if (apply_to(r, findings, &rows[i], table, e))
            return -1;
    return 0;
}

void split_label_rules_free(split_label_rules *r)
{
    free(r->names[0]);
    free(r->names[1]);
    r->names[0] = r->names[1] = NULL;
}

/* ---- several labels ---- */

static int compare_labels(const void *a, const void *b)
{
    const split_row *x = a, *y = b;
    return strcmp(x->label, y->label);
}

const char *split_label_of_most(split_row *r, size_t n)
{
    const char *most = NULL;
    size_t best = 0;
    qsort(r, n, sizeof *r, compare_labels);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(r[i].label, r[end].label) == 0;)
            end++;
        if (end - i == best)
            most = NULL;
        if (end - i > best) {
            best = end - i;
            most = r[i].label;
        }
    }
    return most;
}

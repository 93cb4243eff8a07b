/* SPDX-License-Identifier: BSD-2-Clause */
#include "label_rules.h"

#include "base/mem.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Commas also stand within labels ("Opacity, left"), so they need a second look. */
static const char separators[] = "|;,", clear_separators[] = "|;";

static split_word cell_of(const split_row *r)
{
    split_word w = split_word_of(r->cell);
    w.line = r->line;
    return w;
}

static bool is_blank_cell(const split_row *r)
{
    return split_word_inside(cell_of(r)).len == 0;
}

/* ---- findings: 1, 0, -1 ---- */

enum { NO_FINDING = -2 };

static bool number_of(split_word w, double *value)
{
    char text[16];
    w = split_word_trim(w);
    if (w.len >= sizeof text)
        return false;
    memcpy(text, w.s, w.len);
    text[w.len] = '\0';
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
    while (split_word_next(&rest, separators, &label))
        if (!number_of(label, &v) || v < 0 || v != floor(v))
            return false;
    return true;
}

/* The rows that tell what kind of column it is; NULL: none. */
typedef struct kinds {
    const split_row *finding, *uncertain, *other, *no_grade;
} kinds;

static kinds find_kinds(const split_row *rows, size_t n)
{
    kinds k = {0};
    for (size_t i = 0; i < n; i++) {
        const split_word cell = cell_of(&rows[i]);
        if (is_blank_cell(&rows[i]))
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
    const kinds k = find_kinds(rows, n);
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

typedef struct labels {
    split_words cells;   /* the different ones */
    split_words singles; /* cells with one label, with their blanks */
    split_words labels;  /* without blanks; the count is that of different cells */
} labels;

static bool has_several(split_word cell, const char *at)
{
    split_word rest = split_word_inside(cell), label;
    return split_word_next(&rest, at, &label) && split_word_next(&rest, at, &label);
}

static void add_labels(labels *all, split_word cell)
{
    split_word rest = split_word_inside(cell), label;
    if (!has_several(cell, separators))
        split_words_add(&all->singles, cell);
    while (split_word_next(&rest, separators, &label))
        split_words_add(&all->labels, label);
}

static void find_labels(labels *all, const split_row *rows, size_t n)
{
    *all = (labels){0};
    for (size_t i = 0; i < n; i++)
        if (!is_blank_cell(&rows[i]))
            split_words_add(&all->cells, cell_of(&rows[i]));
    for (size_t i = 0; i < all->cells.n; i++)
        add_labels(all, all->cells.items[i]);
    split_words_sort(&all->labels);
    split_words_sort(&all->singles);
}

static void free_labels(labels *all)
{
    split_words_free(&all->cells);
    split_words_free(&all->singles);
    split_words_free(&all->labels);
}

/* " 'a' (line 2), 'b' (line 7)" of items[from .. to - 1]; the caller frees. */
static char *list_words(const split_words *set, size_t from, size_t to)
{
    enum { SHOWN = 8 };
    hl_strbuf t = {0};
    for (size_t i = from; i < to; i++)
        hl_strbuf_item(&t, i - from, SHOWN, "'%.*s' (line %zu)", (int)set->items[i].len,
                       set->items[i].s, set->items[i].line);
    return t.data;
}

/* Spellings that are all in some class are as the user wants them. */
static int check_spelling(const split_words *set, const split_class_map *map, const char *table,
                          hl_err *e)
{
    for (size_t i = 1; i < set->n; i++) {
        if (!split_word_is_like(set->items[i - 1], set->items[i]) ||
            (split_class_map_find(map, set->items[i - 1]) &&
             split_class_map_find(map, set->items[i])))
            continue;
        size_t end = i + 1;
        while (end < set->n && split_word_is_like(set->items[i], set->items[end]))
            end++;
        char *list = list_words(set, i - 1, end);
        hl_fail(e,
                "%s: labels differ in case or blanks only: expected one spelling in the table, "
                "found %s",
                table, list);
        free(list);
        return -1;
    }
    return 0;
}

/* Commas separate labels if one of the parts is in another cell, too. */
static bool is_list_with_commas(const labels *all, split_word cell)
{
    split_word rest = split_word_inside(cell), label;
    if (!has_several(cell, separators))
        return false;
    while (split_word_next(&rest, separators, &label))
        if (split_words_count(&all->labels, label) > 1)
            return true;
    return split_word_inside(cell).len != split_word_trim(cell).len; /* in brackets */
}

static int check_single(const labels *all, const char *table, hl_err *e)
{
    for (size_t i = 0; i < all->cells.n; i++) {
        const split_word cell = all->cells.items[i];
        if (has_several(cell, clear_separators) || is_list_with_commas(all, cell))
            return hl_fail(e,
                           "%s: line %zu: expected one label, found several, '%.*s': "
                           "--positive-label says which of them make an image positive",
                           table, cell.line, (int)cell.len, cell.s);
    }
    return 0;
}

static bool is_used(const labels *all, split_word label)
{
    for (size_t i = 0; i < all->labels.n; i++)
        if (split_word_is(all->labels.items[i], label))
            return true;
    for (size_t i = 0; i < all->cells.n; i++)
        if (split_word_is(split_word_trim(all->cells.items[i]), label))
            return true;
    return false;
}

/* A label that no row has would make every image negative. */
static int check_positive(const labels *all, const char *positive, const char *table, hl_err *e)
{
    split_word rest = split_word_of(positive), label;
    bool any = is_used(all, split_word_trim(rest));
    if (any)
        return 0;
    while (split_word_next(&rest, "|", &label)) {
        any = true;
        if (is_used(all, label))
            continue;
        char *list = list_words(&all->labels, 0, all->labels.n);
        hl_fail(e, "%s: expected the positive label '%.*s' in some row, found %s", table,
                (int)label.len, label.s, list ? list : "empty cells");
        free(list);
        return -1;
    }
    return any ? 0 : hl_fail(e, "--positive-label: expected a label, found '%s'", positive);
}

/* Whole cells count, too, for labels with a comma in them. */
static int check_classes(const labels *all, const split_class_map *map, const char *table,
                         hl_err *e)
{
    split_words set = {0};
    for (size_t i = 0; i < all->labels.n; i++)
        split_words_add(&set, all->labels.items[i]);
    for (size_t i = 0; i < all->cells.n; i++)
        if (split_class_map_find(map, split_word_trim(all->cells.items[i])))
            split_words_add(&set, split_word_trim(all->cells.items[i]));
    const int status = split_class_map_expect(map, &set, table, e);
    split_words_free(&set);
    return status;
}

static int check_labels(const split_label_rules *r, const split_row *rows, size_t n,
                        const char *table, hl_err *e)
{
    labels all;
    find_labels(&all, rows, n);
    int status = check_spelling(&all.labels, r->map, table, e);
    if (status == 0)
        status = check_spelling(&all.singles, r->map, table, e);
    if (status == 0)
        status = r->positive ? check_positive(&all, r->positive, table, e)
                 : r->map->n ? check_classes(&all, r->map, table, e)
                             : check_single(&all, table, e);
    free_labels(&all);
    return status;
}

static bool is_positive(split_word cell, const char *positive)
{
    split_word labels_left = split_word_inside(cell), label, wanted;
    if (split_word_is(split_word_trim(cell), split_word_trim(split_word_of(positive))))
        return true;
    while (split_word_next(&labels_left, separators, &label)) {
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
    split_word label = split_word_trim(cell_of(r));
    if (split_word_inside(label).len != label.len) {
        split_word rest = split_word_inside(label);
        split_word_next(&rest, separators, &label);
    }
    char *start = r->cell + (label.s - r->cell);
    start[label.len] = '\0';
    return start;
}

/* ---- rows ---- */

/* What a cell without an answer means: sets the label, or counts the row as left out. */
static int settle(split_label_rules *r, int meaning, split_row *row, size_t *dropped,
                  const char *table, const char *what, const char *option, hl_err *e)
{
    if (meaning == SPLIT_CELL_STOP)
        return hl_fail(e, "%s: line %zu: %s: --%s says what it means", table, row->line, what,
                       option);
    if (meaning == SPLIT_CELL_DROP) {
        ++*dropped;
        return 0;
    }
    if (!r->names[0])
        return hl_fail(e,
                       "%s: line %zu: %s, and --%s has no class for it: --positive-label names "
                       "the positive one",
                       table, row->line, what, option);
    row->label = r->classes[meaning == SPLIT_CELL_ONE];
    r->unclassed_n += !row->label;
    return 0;
}

static int find_class(const split_label_rules *r, split_row *row, const char *table, hl_err *e)
{
    if (split_class_map_of_cell(r->map, cell_of(row), separators, &row->label, e) == 0)
        return 0;
    char where[512];
    snprintf(where, sizeof where, "%s: line %zu", table, row->line);
    return hl_fail_in(e, where);
}

static int apply_to(split_label_rules *r, bool findings, split_row *row, const char *table,
                    hl_err *e)
{
    row->label = NULL;
    if (is_blank_cell(row))
        return settle(r, r->blank, row, &r->blank_n, table, "empty label", "blank", e);
    if (findings) {
        const int value = finding_of(cell_of(row));
        if (value < 0)
            return settle(r, r->uncertain, row, &r->uncertain_n, table, "uncertain label, -1",
                          "uncertain", e);
        row->label = r->classes[value];
    } else if (r->positive) {
        row->label = r->classes[is_positive(cell_of(row), r->positive)];
    } else if (r->map->n) {
        if (find_class(r, row, table, e))
            return -1;
    } else {
        row->label = take_label(row);
    }
    r->unclassed_n += !row->label;
    return 0;
}

static void name_classes(split_label_rules *r, const char *positive)
{
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "(no %s)", positive);
    r->names[0] = t.data;
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

int split_label_rules_apply(split_label_rules *r, split_row *rows, size_t n, const char *table,
                            hl_err *e)
{
    bool findings;
    if (find_kind(r, rows, n, table, &findings, e) ||
        (!findings && check_labels(r, rows, n, table, e)))
        return -1;
    r->findings = findings;
    if (findings && strcmp(r->label_name, "label") == 0) {
        r->names[0] = hl_strdup("0");
        r->names[1] = hl_strdup("1");
    } else if (findings || r->positive) {
        name_classes(r, findings ? r->label_name : r->positive);
    }
    if (r->names[0] && map_names(r, table, e))
        return -1;
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

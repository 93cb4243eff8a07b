/* SPDX-License-Identifier: BSD-2-Clause */
#include "label_cells.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "blank_words.h"
#include "fold.h"
#include "label_parts.h"

#include <stdlib.h>
#include <string.h>

const char split_label_separators[] = "|;,";
static const char clear_separators[] = "|;";

split_word split_row_cell(const split_row *r)
{
    split_word w = split_word_of(r->cell);
    w.line = r->line;
    return w;
}

bool split_row_is_blank(const split_label_rules *r, const split_row *row)
{
    const split_word cell = split_word_inside(split_row_cell(row));
    const bool named = split_class_map_find(r->map, cell) ||
                       (r->positive && split_word_is(split_word_of(r->positive), cell));
    return cell.len == 0 || (!named && split_is_blank_word(cell));
}

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
    if (!has_several(cell, split_label_separators))
        split_words_add(&all->singles, cell);
    while (split_word_next(&rest, split_label_separators, &label))
        split_words_add(&all->labels, label);
}

static void find_labels(labels *all, const split_label_rules *r, const split_row *rows, size_t n)
{
    *all = (labels){0};
    for (size_t i = 0; i < n; i++)
        if (!split_row_is_blank(r, &rows[i]))
            split_words_add(&all->cells, split_row_cell(&rows[i]));
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
                "%s: labels differ in case, blanks or Unicode form only: expected one spelling in "
                "the table, "
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
    if (!has_several(cell, split_label_separators))
        return false;
    while (split_word_next(&rest, split_label_separators, &label))
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
                           "--positive says which of them make an image positive",
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
        char *hint = split_words_hint(&all->labels, label);
        hl_fail(e, "%s: expected the positive label '%.*s' in some row, found %s%s", table,
                (int)label.len, label.s, list ? list : "empty cells", hint);
        free(hint);
        free(list);
        return -1;
    }
    return any ? 0 : hl_fail(e, "--positive: expected a label, found '%s'", positive);
}

static char *folded(split_word w)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    split_fold(w.s, w.len, &t);
    return t.data;
}

/* Adds the labels that contain a positive one and are none. Of few letters, that is chance. */
static void list_similar(const labels *all, split_word positive, const split_words *deciding,
                         hl_strbuf *list, size_t *n)
{
    enum { SHOWN = 5, LEAST = 4 };
    char *part = folded(positive);
    for (size_t i = 0; i < all->labels.n && strlen(part) >= LEAST; i++) {
        const split_word label = all->labels.items[i];
        char *text = split_words_count(deciding, label) ? NULL : folded(label);
        if (text && strstr(text, part))
            hl_strbuf_item(list, (*n)++, SHOWN, "'%.*s' (line %zu)", (int)label.len, label.s,
                           label.line);
        free(text);
    }
    free(part);
}

/* 'Viral Pneumonia' is another label than 'Pneumonia', which not everybody expects. */
static void report_similar(const labels *all, const char *positive, const char *table)
{
    split_word rest = split_word_of(positive), label;
    split_words deciding = {0};
    hl_strbuf list = {0};
    size_t n = 0;
    split_words_add(&deciding, split_word_trim(rest));
    while (split_word_next(&rest, "|", &label))
        split_words_add(&deciding, label);
    for (size_t i = 0; i < deciding.n; i++)
        list_similar(all, deciding.items[i], &deciding, &list, &n);
    if (n)
        hl_log_info("%s: labels that contain the positive one are others, and count as negative: "
                    "%s; --positive takes several, with | between them",
                    table, list.data);
    hl_strbuf_free(&list);
    split_words_free(&deciding);
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

/* ---- signs that do not separate labels ---- */

/* The labels that decide the class of an image, sorted. */
static void find_deciding(const split_label_rules *r, const labels *all, split_words *set)
{
    split_word rest = split_word_of(r->positive ? r->positive : ""), label;
    while (r->positive && split_word_next(&rest, "|", &label))
        split_words_add(set, label);
    for (size_t i = 0; !r->positive && i < r->map->n; i++)
        split_words_add(set, split_word_of(r->map->labels[i].label));
    for (size_t i = 0; !r->positive && !r->map->n && i < all->labels.n; i++)
        split_words_add(set, all->labels.items[i]);
    split_words_sort(set);
}

/* 'Effusion/Pneumonia' among 'Effusion' and 'Pneumonia' is probably both, unless it is named. */
static int check_signs(const split_label_rules *r, const labels *all, const char *table, hl_err *e)
{
    const bool named = r->positive || r->map->n;
    split_words deciding = {0};
    split_word part;
    int status = 0;
    find_deciding(r, all, &deciding);
    for (size_t i = 0; i < all->labels.n && status == 0; i++) {
        const split_word label = all->labels.items[i];
        if (!(named && split_words_count(&deciding, label)) &&
            split_label_has_part(label, &deciding, &part))
            status = hl_fail(e,
                             "%s: line %zu: expected one label, or several with | ; or , between "
                             "them, found '%.*s' with the label '%.*s' in it: change the table, "
                             "or name it in --classes if it is one label",
                             table, label.line, (int)label.len, label.s, (int)part.len, part.s);
    }
    split_words_free(&deciding);
    return status;
}

/* Of two labels, one in each cell, the one that is not positive; its class keeps that name. */
static char *other_label(const labels *all, const char *positive)
{
    const split_word wanted = split_word_trim(split_word_of(positive));
    if (all->labels.n != 2 || all->singles.n != 2 || all->cells.n != 2)
        return NULL;
    for (size_t i = 0; i < 2; i++)
        if (split_word_is(all->labels.items[1 - i], wanted))
            return hl_strndup(all->labels.items[i].s, all->labels.items[i].len);
    return NULL;
}

int split_labels_check(const split_label_rules *r, const split_row *rows, size_t n,
                       const char *table, char **other, hl_err *e)
{
    labels all;
    find_labels(&all, r, rows, n);
    int status = check_spelling(&all.singles, r->map, table, e);
    if (status == 0)
        status = check_spelling(&all.labels, r->map, table, e);
    if (status == 0)
        status = r->positive ? check_positive(&all, r->positive, table, e)
                 : r->map->n ? check_classes(&all, r->map, table, e)
                             : check_single(&all, table, e);
    if (status == 0)
        status = check_signs(r, &all, table, e);
    if (status == 0 && r->positive)
        *other = other_label(&all, r->positive);
    if (status == 0 && r->positive && !*other)
        report_similar(&all, r->positive, table);
    free_labels(&all);
    return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "label_rules.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "words.h"

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

static int finding_of(split_word w)
{
    static const struct {
        const char *text;
        int value;
    } words[] = {{"1", 1}, {"1.0", 1}, {"0", 0}, {"0.0", 0}, {"-1", -1}, {"-1.0", -1}};
    w = split_word_trim(w);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (split_word_is(w, split_word_of(words[i].text)))
            return words[i].value;
    return NO_FINDING;
}

static bool are_findings(const split_label_rules *r, const split_row *rows, size_t n)
{
    size_t found = 0;
    if (r->positive && finding_of(split_word_of(r->positive)) != 1 &&
        strcmp(r->positive, r->label_name) != 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (is_blank_cell(&rows[i]))
            continue;
        if (finding_of(cell_of(&rows[i])) == NO_FINDING)
            return false;
        found++;
    }
    return found > 0;
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
    for (size_t i = from; i < to && i < from + SHOWN; i++)
        hl_strbuf_printf(&t, "%s'%.*s' (line %zu)", i > from ? ", " : "", (int)set->items[i].len,
                         set->items[i].s, set->items[i].line);
    if (to > from + SHOWN)
        hl_strbuf_puts(&t, ", ...");
    return t.data;
}

static int check_spelling(const split_words *set, const char *table, hl_err *e)
{
    for (size_t i = 1; i < set->n; i++) {
        if (!split_word_is_like(set->items[i - 1], set->items[i]))
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
        hl_fail(e, "%s: expected the positive label '%.*s' in some row, found %s", table,
                (int)label.len, label.s, list ? list : "empty cells");
        free(list);
        return -1;
    }
    return any ? 0 : hl_fail(e, "--positive: expected a label, found '%s'", positive);
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

static int check_labels(split_label_rules *r, const split_row *rows, size_t n, const char *table,
                        hl_err *e)
{
    labels all;
    find_labels(&all, rows, n);
    int status = check_spelling(&all.labels, table, e);
    if (status == 0)
        status = check_spelling(&all.singles, table, e);
    if (status == 0)
        status = r->positive ? check_positive(&all, r->positive, table, e)
                             : check_single(&all, table, e);
    if (status == 0 && r->positive)
        r->classes[0] = other_label(&all, r->positive);
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
static int settle(const split_label_rules *r, int meaning, split_row *row, size_t *dropped,
                  const char *table, const char *what, const char *option, hl_err *e)
{
    if (meaning == SPLIT_CELL_STOP)
        return hl_fail(e, "%s: line %zu: %s: --%s says what it means", table, row->line, what,
                       option);
    if (meaning == SPLIT_CELL_DROP) {
        ++*dropped;
        return 0;
    }
    if (!r->classes[0])
        return hl_fail(e,
                       "%s: line %zu: %s, and --%s has no class for it: --positive names "
                       "the positive one",
                       table, row->line, what, option);
    row->label = r->classes[meaning == SPLIT_CELL_ONE];
    return 0;
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
    } else {
        row->label = take_label(row);
    }
    return 0;
}

static char *name_without(const char *positive)
{
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "(no %s)", positive);
    return t.data;
}

/* The class of the positive label is called as --positive has it. */
static void name_classes(split_label_rules *r, bool findings)
{
    const bool is_label = strcmp(r->label_name, "label") == 0;
    const bool is_number =
        findings && (r->positive ? finding_of(split_word_of(r->positive)) == 1 : is_label);
    const char *positive = r->positive ? r->positive : is_number ? "1" : r->label_name;
    if (!r->classes[0])
        r->classes[0] = is_number ? hl_strdup("0") : name_without(positive);
    r->classes[1] = hl_strdup(positive);
}

int split_label_rules_apply(split_label_rules *r, split_row *rows, size_t n, const char *table,
                            hl_err *e)
{
    const bool findings = are_findings(r, rows, n);
    if (!findings && check_labels(r, rows, n, table, e))
        return -1;
    if (findings || r->positive)
        name_classes(r, findings);
    for (size_t i = 0; i < n; i++)
        if (apply_to(r, findings, &rows[i], table, e))
            return -1;
    return 0;
}

void split_label_rules_free(split_label_rules *r)
{
    free(r->classes[0]);
    free(r->classes[1]);
    r->classes[0] = r->classes[1] = NULL;
}

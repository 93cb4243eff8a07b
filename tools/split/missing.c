/* SPDX-License-Identifier: BSD-2-Clause */
#include "missing.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "dicom_shown.h"
#include "rounded.h"
#include "words.h"

#include <stdlib.h>

void split_rows_drop(split_rows *all)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].label)
            all->items[n++] = all->items[i];
    all->n = n;
}

void split_rows_hide_missing(split_rows *all, const split_dicom_rule *dicom)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += all->items[i].missing;
    const bool hide = n && split_dicom_hides_rows(dicom);
    for (size_t i = 0; i < all->n && hide; i++)
        if (all->items[i].missing)
            all->items[i].path = "its image";
}

/* "'a.png' (line 2), 'b.png' (line 9), ..."; the caller frees. */
static char *list_missing(const split_rows *all)
{
    enum { SHOWN = 3 };
    hl_strbuf list = {0};
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].missing)
            hl_strbuf_item(&list, n++, SHOWN, "'%s' (line %zu)", all->items[i].path,
                           all->items[i].line);
    return list.data;
}

/* The first missing row of which the image is named by a number that was rounded, or in bytes that
 * are not UTF-8; else the first one. */
static const split_row *odd_row(const split_rows *all, bool *is_rounded)
{
    const split_row *first = NULL;
    *is_rounded = false;
    for (size_t i = 0; i < all->n; i++) {
        const split_row *r = &all->items[i];
        if (!r->missing)
            continue;
        *is_rounded = split_is_rounded_number(split_image_index_stem(r->path));
        if (*is_rounded || !hl_is_utf8(r->path))
            return r;
        first = first ? first : r;
    }
    return first;
}

/* What is probably wrong with the missing rows: in parentheses, or "". A row is not given the file
 * that it probably means, as names that differ in case can be two files. The caller frees. */
static char *hint_for(const split_rows *all, const split_image_index *images)
{
    hl_strbuf t = {0};
    bool is_rounded;
    const split_row *row = odd_row(all, &is_rounded);
    hl_strbuf_puts(&t, "");
    if (is_rounded) {
        hl_strbuf_printf(&t,
                         " (line %zu has a number that a spreadsheet has rounded, '%s': export the "
                         "table anew, with this column as text)",
                         row->line, row->path);
        return t.data;
    }
    const char *alike = split_image_index_alike(images, row->path);
    if (!hl_is_utf8(row->path))
        hl_strbuf_printf(
            &t, " (line %zu is not UTF-8: the table may be in Latin-1 or Windows-1252)", row->line);
    else if (alike)
        hl_strbuf_printf(&t,
                         " ('%s' is there, which differs in case, blanks, leading zeros or Unicode "
                         "form only)",
                         alike);
    return t.data;
}

static int fail_missing(const split_rows *all, const char *table, const split_image_index *images,
                        size_t n, hl_err *e)
{
    const split_row *first = all->items;
    while (!first->missing)
        first++;
    char *list = list_missing(all), *hint = hint_for(all, images);
    if (n == 1)
        hl_fail(e, "%s: line %zu: '%s' cannot be found in %s%s: --missing skip leaves it out",
                table, first->line, first->path, images->dir, hint);
    else
        hl_fail(e,
                "%s: expected the images of %zu rows in %s, and %zu cannot be found: %s%s: "
                "--missing skip leaves them out",
                table, all->n, images->dir, n, list, hint);
    free(hint);
    free(list);
    return -1;
}

static void keep_missing(const split_rows *all, split_tally *tally)
{
    split_missing_row *next = tally->missing_rows =
        hl_calloc(tally->missing, sizeof *tally->missing_rows);
    for (size_t i = 0; i < all->n; i++) {
        const split_row *r = &all->items[i];
        if (r->missing)
            *next++ =
                (split_missing_row){hl_strdup(r->path), hl_strdup(r->label), r->subset, r->line};
    }
}

/* Losses that differ between classes can mislead a model, so they are counted by class. */
static void report_missing(const split_rows *all, const char *table, const char *hint,
                           split_tally *tally)
{
    split_words classes = {0}, missing = {0};
    hl_strbuf text = {0};
    for (size_t i = 0; i < all->n; i++) {
        const split_word label = split_word_of(all->items[i].label);
        split_words_add(&classes, label);
        if (all->items[i].missing)
            split_words_add(&missing, label);
    }
    split_words_sort(&classes);
    for (size_t i = 0; i < classes.n && i < 20; i++) {
        const split_word cls = classes.items[i];
        const size_t gone = split_words_count(&missing, cls);
        split_tally_add_missing(tally, cls.s, cls.len, gone, cls.count);
        hl_strbuf_printf(&text, "%s%zu of %zu of class '%s'", i ? ", " : "", gone, cls.count,
                         cls.s);
    }
    hl_log_warn("%s: %zu of %zu rows are left out, since their images cannot be found: %s%s", table,
                tally->missing, all->n, text.data, hint);
    hl_strbuf_free(&text);
    split_words_free(&classes);
    split_words_free(&missing);
}

int split_rows_settle_missing(split_rows *all, const char *table, const split_image_index *images,
                              bool skip, const split_dicom_rule *dicom, split_tally *tally,
                              hl_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += all->items[i].missing;
    tally->missing = n;
    if (n && !skip)
        return fail_missing(all, table, images, n, e);
    if (n) {
        char *hint = split_dicom_hides_rows(dicom) ? hl_strdup("") : hint_for(all, images);
        keep_missing(all, tally);
        report_missing(all, table, hint, tally);
        free(hint);
    }
    for (size_t i = 0; n && i < all->n; i++)
        if (all->items[i].missing)
            all->items[i].label = NULL;
    split_rows_drop(all);
    return all->n ? 0 : hl_fail(e, "%s: no row is left: all are left out", table);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "words.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "fold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

split_word split_word_of(const char *s)
{
    return (split_word){.s = s, .len = strlen(s)};
}

split_word split_word_trim(split_word w)
{
    for (; w.len > 0 && w.s[0] == ' '; w.len--)
        w.s++;
    while (w.len > 0 && w.s[w.len - 1] == ' ')
        w.len--;
    return w;
}

char *split_trim(char *field)
{
    const split_word w = split_word_trim(split_word_of(field));
    char *start = field + (w.s - field);
    start[w.len] = '\0';
    return start;
}

bool split_word_is(split_word a, split_word b)
{
    return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* ---- labels in a cell ---- */

static bool strip(split_word *w, char first, char last)
{
    if (w->len < 2 || w->s[0] != first || w->s[w->len - 1] != last)
        return false;
    w->s++;
    w->len -= 2;
    return true;
}

split_word split_word_inside(split_word cell)
{
    cell = split_word_trim(cell);
    if (strip(&cell, '[', ']'))
        cell = split_word_trim(cell);
    return cell;
}

bool split_word_part(split_word *rest, const char *separators, split_word *part)
{
    if (!rest->s)
        return false;
    size_t len = 0;
    while (len < rest->len && !strchr(separators, rest->s[len]))
        len++;
    *part = *rest;
    part->len = len;
    *part = split_word_trim(*part);
    const bool last = len == rest->len;
    rest->s = last ? NULL : rest->s + len + 1;
    rest->len -= last ? len : len + 1;
    return true;
}

bool split_word_next(split_word *rest, const char *separators, split_word *label)
{
    while (split_word_part(rest, separators, label)) {
        if (strip(label, '\'', '\'') || strip(label, '"', '"'))
            *label = split_word_trim(*label);
        if (label->len)
            return true;
    }
    return false;
}

/* ---- sets ---- */

static uint64_t hash(split_word w) /* FNV-1a */
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < w.len; i++)
        h = (h ^ (unsigned char)w.s[i]) * 0x100000001b3u;
    return h;
}

/* The place of the word, or the free one where it belongs. */
static size_t *place_of(const split_words *set, split_word w)
{
    for (size_t i = hash(w);; i++) {
        size_t *place = &set->table[i & (set->size - 1)];
        if (*place == 0 || split_word_is(set->items[*place - 1], w))
            return place;
    }
}

static void grow(split_words *set)
{
    free(set->table);
    set->size = set->size ? 2 * set->size : 64;
    set->table = hl_calloc(set->size, sizeof *set->table);
    for (size_t i = 0; i < set->n; i++)
        *place_of(set, set->items[i]) = i + 1;
}

void split_words_add(split_words *set, split_word w)
{
    if (2 * (set->n + 1) > set->size)
        grow(set);
    size_t *place = place_of(set, w);
    if (*place == 0) {
        set->items = hl_array_reserve(set->items, set->n + 1, &set->cap, sizeof *set->items);
        w.count = 0;
        set->items[set->n++] = w;
        *place = set->n;
    }
    set->items[*place - 1].count++;
}

size_t split_words_count(const split_words *set, split_word w)
{
    const size_t at = set->size ? *place_of(set, w) : 0;
    return at ? set->items[at - 1].count : 0;
}

/* ---- likeness ---- */

static int compare_letters(split_word a, split_word b)
{
    return split_fold_compare(a.s, a.len, b.s, b.len);
}

static int compare_words(const void *a, const void *b)
{
    const split_word *x = a, *y = b;
    const int order = compare_letters(*x, *y);
    if (order)
        return order;
    const int bytes = memcmp(x->s, y->s, x->len < y->len ? x->len : y->len);
    return bytes ? bytes : (x->len > y->len) - (x->len < y->len);
}

void split_words_sort(split_words *set)
{
    if (set->n == 0)
        return;
    qsort(set->items, set->n, sizeof *set->items, compare_words);
    memset(set->table, 0, set->size * sizeof *set->table);
    for (size_t i = 0; i < set->n; i++)
        *place_of(set, set->items[i]) = i + 1;
}

bool split_word_is_like(split_word a, split_word b)
{
    return compare_letters(a, b) == 0;
}

bool split_words_have_like(const split_words *set, split_word w)
{
    size_t low = 0, high = set->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_letters(set->items[middle], w);
        if (order == 0)
            return true;
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return false;
}

char *split_words_hint(const split_words *set, split_word w)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    for (size_t i = 0; i < set->n && t.len == 0; i++)
        if (split_word_is_like(set->items[i], w))
            hl_strbuf_printf(&t, "; '%.*s' differs from it in case, blanks or Unicode form only",
                             (int)set->items[i].len, set->items[i].s);
    return t.data;
}

void split_words_free(split_words *set)
{
    free(set->items);
    free(set->table);
    *set = (split_words){0};
}

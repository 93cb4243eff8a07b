/* SPDX-License-Identifier: BSD-2-Clause */
#include "carried_spellings.h"

#include "base/log.h"
#include "dicom_shown.h"
#include "words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_VALUES = 100 };

static split_word value_of(const split_carried *c, const split_row *row, size_t column)
{
    const char *text = split_carried_text(c, row->carried);
    for (; column; column--)
        text += strcspn(text, "\t") + 1;
    return (split_word){.s = text, .len = strcspn(text, "\t"), .line = row->line};
}

static bool is_letters(split_word w)
{
    for (size_t i = 0; i < w.len; i++)
        if (!isalpha((unsigned char)w.s[i]))
            return false;
    return w.len > 0;
}

/* "M" of "Male"; of codes such as A and AB it is none. */
static bool is_initial(split_word one, split_word word)
{
    enum { LEAST = 3 };
    return one.len == 1 && word.len >= LEAST && is_letters(one) && is_letters(word) &&
           tolower((unsigned char)*one.s) == tolower((unsigned char)*word.s);
}

static bool may_be_same(split_word a, split_word b)
{
    return split_word_is_like(a, b) || is_initial(a, b) || is_initial(b, a);
}

/* The values that may be the same as another one; the caller frees. */
static split_words find_doubtful(const split_words *values)
{
    split_words doubtful = {0};
    for (size_t i = 0; i < values->n; i++)
        for (size_t k = 0; k < values->n; k++)
            if (k != i && may_be_same(values->items[i], values->items[k])) {
                split_words_add(&doubtful, values->items[i]);
                break;
            }
    return doubtful;
}

static void warn(const split_words *doubtful, const char *column, const char *table, bool hide)
{
    enum { SHOWN = 6 };
    hl_strbuf list = {0};
    for (size_t i = 0; i < doubtful->n && !hide; i++)
        hl_strbuf_item(&list, i, SHOWN, "'%.*s' (line %zu)", (int)doubtful->items[i].len,
                       doubtful->items[i].s, doubtful->items[i].line);
    if (hide)
        hl_strbuf_printf(&list, "%zu (--keep-ids shows them)", doubtful->n);
    hl_log_warn("%s: values of the column '%s' that may be the same count as different: %s; write "
                "them in one way in the table",
                table, column, list.data);
    hl_strbuf_free(&list);
}

void split_carried_warn_of_spellings(const split_carried *c, const split_row *rows, size_t n,
                                     const char *table, const split_dicom_rule *dicom)
{
    for (size_t k = 0; k < c->columns.n; k++) {
        split_words values = {0};
        for (size_t i = 0; i < n && values.n <= MOST_VALUES; i++)
            split_words_add(&values, value_of(c, &rows[i], k));
        if (values.n <= MOST_VALUES) {
            split_words doubtful = find_doubtful(&values);
            split_words_sort(&doubtful);
            if (doubtful.n)
                warn(&doubtful, c->columns.names[k], table, split_dicom_hides_rows(dicom));
            split_words_free(&doubtful);
        }
        split_words_free(&values);
    }
}

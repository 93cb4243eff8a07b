/* SPDX-License-Identifier: BSD-2-Clause */
/* Words within a text, and a set of them. */
#ifndef HILUM_SPLIT_WORDS_H
#define HILUM_SPLIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text, which is kept by reference. */
typedef struct split_word {
    const char *s;
    size_t len;
    size_t line;  /* where it was first seen */
    size_t count; /* how often it was added */
} split_word;

split_word split_word_of(const char *s);  /* all of it */
split_word split_word_trim(split_word w); /* without blanks around it */
bool split_word_is(split_word a, split_word b);
char *split_trim(char *field); /* the same for a string, in its place */

/* Parts of a text, separated by one of these characters, without blanks around them; they may be
 * empty. *rest is shortened; false after the last, when rest->s is NULL. */
bool split_word_part(split_word *rest, const char *separators, split_word *part);

/* The labels in a cell: separated by one of these characters, without blanks around them, and
 * without the brackets and quotes of a list as Python writes it, ['a', 'b']. Empty ones are
 * skipped. *rest is shortened; false where there is none left. */
bool split_word_next(split_word *rest, const char *separators, split_word *label);

/* What lies within the brackets of a list, or the cell without blanks around it. */
split_word split_word_inside(split_word cell);

typedef struct split_words {
    split_word *items; /* [n] in the order in which they were added */
    size_t n, cap;
    size_t *table; /* [size] 1 + index into items, or 0; size is a power of two */
    size_t size;
} split_words;

void split_words_add(split_words *set, split_word w);
size_t split_words_count(const split_words *set, split_word w); /* 0: not in it */

/* By their letters, whatever the case and the blanks; equal ones by their bytes. */
void split_words_sort(split_words *set);
bool split_word_is_like(split_word a, split_word b); /* but for case, blanks and Unicode form */
bool split_words_have_like(const split_words *set, split_word w); /* of a sorted one */

/* For a message about a word that is not in the set: "; 'x' differs from it in ..." if there is one
 * that is like it, else "". The caller frees. */
char *split_words_hint(const split_words *set, split_word w);
void split_words_free(split_words *set); /* safe on a zeroed one */

#endif

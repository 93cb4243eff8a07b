/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classes that are made of labels, as --classes describes them:
 *
 *   'PNEUMONIA=bacteria|virus;NORMAL'
 *
 * A class without '=' is the label of this name. Images with other labels are left out.
 */
#ifndef HILUM_SPLIT_CLASS_MAP_H
#define HILUM_SPLIT_CLASS_MAP_H

#include "base/error.h"
#include "words.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_class_label {
    char *label; /* owned */
    size_t cls;  /* index into names */
} split_class_label;

typedef struct split_class_map {
    char **names; /* [nclasses], owned */
    size_t nclasses;
    split_class_label *labels; /* [n] in the order of the text */
    size_t n, cap;
} split_class_map; /* n = 0: none was given, and labels are the classes */

/* text: NULL for none. Fails where a name is empty or a label or a class appears twice, and below
 * two classes unless one is enough; then m is empty. */
int split_class_map_make(split_class_map *m, const char *text, bool one_class, hl_err *e);

/* The class of a label, whatever the blanks around it, or NULL. */
const char *split_class_map_find(const split_class_map *m, split_word label);

/* The class of a cell with one label or several, of which those in no class do not count; NULL if
 * none is. Fails where they are of different classes. */
int split_class_map_of_cell(const split_class_map *m, split_word cell, const char *separators,
                            const char **cls, hl_err *e);

/* Fails unless all labels of m are in the set, which is sorted; source is for the message. */
int split_class_map_expect(const split_class_map *m, const split_words *set, const char *source,
                           hl_err *e);
void split_class_map_free(split_class_map *m); /* safe on a zeroed one */

#endif

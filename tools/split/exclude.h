/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Folders and files of a data set that are left out: shell patterns as in fnmatch(3), where * also
 * matches a slash. A pattern leaves out what it matches as a path relative to the data set or as a
 * single name, with everything below it.
 */
#ifndef HILUM_SPLIT_EXCLUDE_H
#define HILUM_SPLIT_EXCLUDE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_exclusion {
    char **patterns; /* [n], owned */
    bool *used;      /* [n] whether it has matched anything so far */
    size_t n;
} split_exclusion;

/* list: patterns separated by commas, with blanks around them ignored; a comma within a pattern is
 * written \, . NULL: none. Fails where a pattern is empty; then x is empty. */
int split_exclusion_make(split_exclusion *x, const char *list, hl_err *e);

/* Whether the file or folder at a relative path is left out. */
bool split_excludes(split_exclusion *x, const char *path);

/* Fails if a pattern has matched nothing below dir. */
int split_exclusion_expect_used(const split_exclusion *x, const char *dir, hl_err *e);

/* The pattern that matches this path alone, in quotes for the shell. The caller frees. */
char *split_exclusion_of(const char *path);

void split_exclusion_free(split_exclusion *x); /* safe on a zeroed one */

#endif

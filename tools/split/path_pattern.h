/* SPDX-License-Identifier: BSD-2-Clause */
/* A regular expression that finds the patient or the label in the path of an image. */
#ifndef HILUM_SPLIT_PATH_PATTERN_H
#define HILUM_SPLIT_PATH_PATTERN_H

#include "base/error.h"

#include <regex.h>

typedef struct split_path_pattern {
    const char *text; /* NULL: none */
    regex_t regex;
} split_path_pattern;

/* Fails where an expression has something of Perl's that regcomp would read in another way, such as
 * \d, the letter d, or .*?, the longest match. */
int split_expect_posix(const char *text, hl_err *e);

/* text: a POSIX extended regular expression; NULL for none. Fails where it is not one; then p is
 * empty. */
int split_path_pattern_make(split_path_pattern *p, const char *text, hl_err *e);

/* The first group of the match in a relative path, or the entire match if the expression has no
 * groups; the caller frees. NULL and an error where it does not match or matches nothing; what:
 * "patient" or "label". */
char *split_path_pattern_find(const split_path_pattern *p, const char *path, const char *what,
                              hl_err *e);
void split_path_pattern_free(split_path_pattern *p); /* safe on a zeroed one */

#endif

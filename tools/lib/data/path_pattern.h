/* SPDX-License-Identifier: BSD-2-Clause */
/* A regular expression that finds the patient or the label in the path of an image. */
#ifndef HILUM_DATA_PATH_PATTERN_H
#define HILUM_DATA_PATH_PATTERN_H

#include "base/error.h"

#include <regex.h>

typedef struct hl_path_pattern {
    const char *text; /* NULL: none */
    regex_t regex;
} hl_path_pattern;

/* Fails where an expression has something of Perl's that regcomp would read in another way, such as
 * \d, the letter d, or .*?, the longest match. */
int hl_expect_posix(const char *text, hl_err *e);

/* text: a POSIX extended regular expression; NULL for none. Fails where it is not one; then p is
 * empty. */
int hl_path_pattern_make(hl_path_pattern *p, const char *text, hl_err *e);

/* The first group of the match in a relative path, or the entire match if the expression has no
 * groups; the caller frees. NULL and an error where it does not match or matches nothing; what:
 * "patient" or "label". */
char *hl_path_pattern_find(const hl_path_pattern *p, const char *path, const char *what, hl_err *e);
void hl_path_pattern_free(hl_path_pattern *p); /* safe on a zeroed one */

#endif

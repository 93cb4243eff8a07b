/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of names, such as the classes, and its JSON form (metadata hilum.classes). */
#ifndef HILUM_FORMAT_STRING_LIST_H
#define HILUM_FORMAT_STRING_LIST_H

#include "base/error.h"

#include <stddef.h>

/* A limit, because memory and time for tables of classes grow with the square of their number. */
enum { HL_MAX_CLASSES = 1000 };

/* Fails if a file has more than HL_MAX_CLASSES classes. */
int hl_string_list_check_count(size_t n, const char *file, hl_err *e);

/* A JSON list; NULL if a name is not UTF-8. The caller frees. */
char *hl_string_list_format(char *const *names, size_t n);

/* Parses a JSON list of 1 to HL_MAX_CLASSES names, none of them empty or repeated. The caller frees
 * with hl_string_list_free. */
int hl_string_list_parse(char ***names, size_t *n, const char *json, hl_err *e);

/* Fails unless two files have the same classes in the same order. */
int hl_string_list_match(char *const *a, size_t na, const char *file_a, char *const *b, size_t nb,
                         const char *file_b, hl_err *e);
char **hl_string_list_copy(char *const *names, size_t n);
void hl_string_list_free(char **names, size_t n);

#endif

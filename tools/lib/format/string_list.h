/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of names, such as the classes, and its JSON form (hilum.classes). */
#ifndef HILUM_FORMAT_STRING_LIST_H
#define HILUM_FORMAT_STRING_LIST_H

#include "base/error.h"

#include <stddef.h>

/* Memory and time for tables of classes grow with the square of their number. */
enum { HL_MAX_CLASSES = 1000 };

/* Fails for more classes than that, of whatever file. */
int hl_string_list_check_count(size_t n, const char *file, hl_err *e);

char *hl_string_list_format(char *const *names, size_t n); /* NULL if one is not UTF-8 */
/* From 1 to HL_MAX_CLASSES names, none of them empty or repeated. */
int hl_string_list_parse(char ***names, size_t *n, const char *json, hl_err *e);
/* Fails where the classes of two files are not the same in the same order; each list with the name
 * of its file. */
int hl_string_list_match(char *const *a, size_t na, const char *file_a, char *const *b, size_t nb,
                         const char *file_b, hl_err *e);
char **hl_string_list_copy(char *const *names, size_t n);
void hl_string_list_free(char **names, size_t n);

#endif

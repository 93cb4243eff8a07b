/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/string_list.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

char *hl_string_list_format(char *const *names, size_t n)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(list, json_string(names[k]));
    char *text = json_array_size(list) == n ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return text;
}

static bool contains(char *const *names, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(names[k], name) == 0)
            return true;
    return false;
}

int hl_string_list_check_count(size_t n, const char *file, hl_err *e)
{
    return n <= HL_MAX_CLASSES
               ? 0
               : hl_fail(e, "%s: expected at most %d classes, found %zu", file, HL_MAX_CLASSES, n);
}

int hl_string_list_parse(char ***names, size_t *n, const char *json, hl_err *e)
{
    json_t *list = json_loads(json, 0, NULL);
    const size_t count = json_array_size(list);
    if (hl_string_list_check_count(count, "hilum.classes", e)) {
        json_decref(list);
        return -1;
    }
    char **copy = hl_calloc(count, sizeof *copy);
    size_t filled = 0;
    for (; filled < count; filled++) {
        const char *name = json_string_value(json_array_get(list, filled));
        if (!name || !*name || contains(copy, filled, name))
            break;
        copy[filled] = hl_strdup(name);
    }
    json_decref(list);
    if (count == 0 || filled < count) {
        hl_string_list_free(copy, filled);
        return hl_fail(e, "hilum.classes: expected a JSON list of different names");
    }
    *names = copy;
    *n = count;
    return 0;
}

int hl_string_list_match(char *const *a, size_t na, const char *file_a, char *const *b, size_t nb,
                         const char *file_b, hl_err *e)
{
    if (na != nb)
        return hl_fail(e, "classes differ: %s has %zu, %s has %zu", file_a, na, file_b, nb);
    for (size_t k = 0; k < na; k++)
        if (strcmp(a[k], b[k]) != 0)
            return hl_fail(e, "classes differ: number %zu is '%s' in %s, '%s' in %s%s", k, a[k],
                           file_a, b[k], file_b, hl_unicode_remark(a[k]));
    return 0;
}

char **hl_string_list_copy(char *const *names, size_t n)
{
    char **copy = hl_calloc(n, sizeof *copy);
    for (size_t k = 0; k < n; k++)
        copy[k] = hl_strdup(names[k]);
    return copy;
}

void hl_string_list_free(char **names, size_t n)
{
    for (size_t k = 0; k < n; k++)
        free(names[k]);
    free(names);
}

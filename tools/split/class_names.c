/* SPDX-License-Identifier: BSD-2-Clause */
#include "class_names.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool are_alike(const char *a, const char *b)
{
    return split_fold_compare(a, strlen(a), b, strlen(b)) == 0;
}

static int compare_names(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    const int order = split_fold_compare(x, strlen(x), y, strlen(y));
    return order ? order : strcmp(x, y);
}

/* Names that are alike as a list: 'NORMAL' and 'Normal'. */
static void add_list(hl_strbuf *t, const char *const *all, size_t n)
{
    hl_strbuf_puts(t, t->len ? "; " : "");
    for (size_t i = 0; i < n; i++)
        hl_strbuf_printf(t, "%s'%s'", i == 0 ? "" : i + 1 < n ? ", " : " and ", all[i]);
}

int split_check_class_names(char *const *names, size_t n, const char *source, hl_err *e)
{
    const char **all = hl_malloc(n, sizeof(const char *));
    hl_strbuf alike = {0};
    for (size_t i = 0; i < n; i++)
        all[i] = names[i];
    qsort(all, n, sizeof(const char *), compare_names);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && are_alike(all[i], all[end]);)
            end++;
        if (end > i + 1)
            add_list(&alike, all + i, end - i);
    }
    if (alike.len)
        hl_fail(e,
                "%s: expected class names that differ in more than case, blanks and Unicode form, "
                "found %s: "
                "give "
                "each class one name, or merge them with --classes",
                source, alike.data);
    const int status = alike.len ? -1 : 0;
    hl_strbuf_free(&alike);
    free(all);
    return status;
}

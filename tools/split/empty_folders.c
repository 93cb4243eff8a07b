/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds class folders without images, and says what they hold. */
#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "folder_checks.h"
#include "subset_words.h"
#include "sys/path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a folder holds ---- */

typedef struct kind {
    char name[16]; /* "*.dcm" */
    size_t n;
} kind;

static void kind_of(const char *path, char out[16])
{
    const char *name = hl_path_base(path);
    const char *dot = strrchr(name, '.');
    if (!dot || strlen(dot) > 12) {
        strcpy(out, "others");
        return;
    }
    size_t n = 0;
    out[n++] = '*';
    for (; *dot; dot++)
        out[n++] = (char)tolower((unsigned char)*dot);
    out[n] = '\0';
}

static int compare_kinds(const void *a, const void *b)
{
    const kind *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->name, y->name);
}

char *split_describe_others(const split_tree *t, const char *path, size_t len)
{
    enum { MAX_SHOWN = 4 };
    kind *kinds = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < t->nothers; i++) {
        if (strncmp(t->others[i], path, len) != 0)
            continue;
        kinds = hl_array_reserve(kinds, n + 1, &cap, sizeof *kinds);
        kinds[n].n = 1;
        kind_of(t->others[i], kinds[n].name);
        size_t k = 0;
        while (strcmp(kinds[k].name, kinds[n].name) != 0)
            k++;
        if (k < n)
            kinds[k].n++;
        else
            n++;
    }
    if (n)
        qsort(kinds, n, sizeof *kinds, compare_kinds);
    hl_strbuf text = {0};
    for (size_t k = 0; k < n; k++)
        hl_strbuf_item(&text, k, MAX_SHOWN, "%zu %s", kinds[k].n, kinds[k].name);
    if (n == 0)
        hl_strbuf_puts(&text, "no file");
    free(kinds);
    return text.data;
}

/* ---- folders ---- */

/* folder: its relative path with a slash at its end. */
static bool has_image(const split_tree *t, const char *folder)
{
    const size_t len = strlen(folder), i = split_tree_bound(t, folder, len, false);
    return i < t->n && strncmp(t->images[i], folder, len) == 0;
}

static bool is_copy(const split_tree *t, const char *folder)
{
    for (size_t i = 0; i < t->ncopies; i++)
        if (strlen(t->copies[i]) + 1 == strlen(folder) &&
            strncmp(t->copies[i], folder, strlen(folder) - 1) == 0)
            return true;
    return false;
}

static int check_folder(const split_tree *t, const char *folder, hl_err *e)
{
    if (has_image(t, folder) || is_copy(t, folder))
        return 0;
    char *path = hl_strndup(folder, strlen(folder) - 1);
    char *found = split_describe_others(t, folder, strlen(folder));
    char *pattern = split_exclusion_of(path);
    hl_fail(e,
            "%s/%s: expected images (*.jpeg, *.jpg, *.png, DICOM) in the folder of a %s, found %s: "
            "remove "
            "it, or leave it out with --exclude %s",
            t->dir, path, t->has_subsets && !strchr(folder + t->base, '/')[1] ? "subset" : "class",
            found, pattern);
    free(path);
    free(found);
    free(pattern);
    return -1;
}

static bool has_other(const split_tree *t, const char *folder)
{
    for (size_t i = 0; i < t->nothers; i++)
        if (strncmp(t->others[i], folder, strlen(folder)) == 0)
            return true;
    return false;
}

/* A subset folder with no file at all is as good as none: a collection may not have that subset. */
static bool is_absent_subset(const split_tree *t, const char *folder)
{
    if (has_image(t, folder) || has_other(t, folder))
        return false;
    hl_log_info("%s: the subset folder '%.*s' holds no file and is ignored", t->dir,
                (int)strlen(folder) - 1, folder);
    return true;
}

static int check_folders(const split_tree *t, const char *prefix, bool subsets, hl_err *e);

/* name: that of the folder within its path. */
static int check_below(const split_tree *t, const char *folder, const char *name, bool subsets,
                       hl_err *e)
{
    if (subsets && (split_subset_of(name, strlen(name) - 1) < 0 || is_absent_subset(t, folder)))
        return 0;
    if (check_folder(t, folder, e))
        return -1;
    return subsets ? check_folders(t, folder, false, e) : 0;
}

/* Looks at the folders in PREFIX ("" or "A/B/"). subsets: they are those of subsets, with class
 * folders in them. */
static int check_folders(const split_tree *t, const char *prefix, bool subsets, hl_err *e)
{
    const size_t len = strlen(prefix);
    int status = 0;
    for (size_t i = 0; i < t->nfolders && status == 0; i++) {
        const char *path = t->folders[i];
        if (strncmp(path, prefix, len) != 0 || !path[len] || strchr(path + len, '/'))
            continue;
        hl_strbuf folder = {0};
        hl_strbuf_printf(&folder, "%s/", path);
        status = check_below(t, folder.data, folder.data + len, subsets, e);
        hl_strbuf_free(&folder);
    }
    return status;
}

int split_check_empty(const split_tree *t, hl_err *e)
{
    char *prefix = hl_strndup(t->images[0], t->base);
    const int status = check_folders(t, prefix, t->has_subsets, e);
    free(prefix);
    return status;
}

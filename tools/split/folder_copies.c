/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds folders that repeat the folder around them. */
#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "dicom_shown.h"
#include "folder_tree.h"
#include "sys/input.h"
#include "sys/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The path without the last folder of its first len bytes "A/B/", which is "A/". The caller frees.
 */
static char *outer_path(const char *path, size_t len)
{
    size_t start = len - 1;
    while (start > 0 && path[start - 1] != '/')
        start--;
    hl_strbuf t = {0};
    hl_strbuf_add(&t, path, start);
    hl_strbuf_puts(&t, path + len);
    return t.data;
}

/* Whether images i to end, all in the folder of the first len bytes, have a namesake each. */
static bool all_have_namesakes(const split_tree *t, size_t i, size_t end, size_t len)
{
    bool all = true;
    for (; i < end && all; i++) {
        char *outer = outer_path(t->images[i], len);
        all = bsearch(&outer, t->images, t->n, sizeof *t->images, hl_compare_strings) != NULL;
        free(outer);
    }
    return all;
}

static int same_bytes(FILE *a, FILE *b, bool *same)
{
    static char x[1 << 16], y[1 << 16];
    size_t n;
    do {
        n = fread(x, 1, sizeof x, a);
        *same = fread(y, 1, sizeof y, b) == n && memcmp(x, y, n) == 0;
    } while (*same && n == sizeof x);
    return ferror(a) || ferror(b) ? -1 : 0;
}

static int compare_opened(FILE *a, FILE *b, const char *path, bool *same, hl_err *e)
{
    struct stat p, q;
    if (fstat(fileno(a), &p) || fstat(fileno(b), &q))
        return hl_fail_errno(e, "%s: cannot be read", path);
    *same = p.st_size == q.st_size;
    if (!*same || (p.st_dev == q.st_dev && p.st_ino == q.st_ino))
        return 0;
    return same_bytes(a, b, same) ? hl_fail_errno(e, "%s: cannot be read", path) : 0;
}

/* Of dangling links, one is a copy of the other. */
static bool is_dangling(const char *file)
{
    struct stat st;
    return stat(file, &st) && (errno == ENOENT || errno == ELOOP);
}

static int compare_contents(const char *first, const char *second, bool *same, hl_err *e)
{
    const bool dangling = is_dangling(first);
    *same = dangling == is_dangling(second);
    if (dangling || !*same)
        return 0;
    FILE *a = hl_in_open_file(first, e), *b = a ? hl_in_open_file(second, e) : NULL;
    const int status = b ? compare_opened(a, b, first, same, e) : -1;
    if (a)
        fclose(a);
    if (b)
        fclose(b);
    return status;
}

static int compare_files(const char *dir, const char *x, const char *y, bool *same, hl_err *e)
{
    char *first = hl_path_join(dir, x), *second = hl_path_join(dir, y);
    const int status = compare_contents(first, second, same, e);
    free(first);
    free(second);
    return status;
}

static int all_are_copies(const split_tree *t, size_t i, size_t end, size_t len, bool *all,
                          hl_err *e)
{
    *all = all_have_namesakes(t, i, end, len);
    for (; i < end && *all; i++) {
        char *outer = outer_path(t->images[i], len);
        const int status = compare_files(t->dir, t->images[i], outer, all, e);
        free(outer);
        if (status)
            return -1;
    }
    return 0;
}

/* Removes the images i to end, those of the folder of the first len bytes. */
static void remove_folder(split_tree *t, size_t i, size_t end, size_t len,
                          const split_dicom_rule *dicom)
{
    const char *path = t->images[i];
    size_t outer = len - 1;
    while (outer > 0 && path[outer - 1] != '/')
        outer--;
    if (split_dicom_hides_path(dicom, path))
        hl_log_info("%s: a folder of DICOM files (--keep-ids names it) is a copy of the folder "
                    "that it is in: its %zu images are left out",
                    t->dir, end - i);
    else
        hl_log_info("%s: the folder '%.*s' is a copy of the folder that it is in, '%.*s': its %zu "
                    "images are left out",
                    t->dir, (int)len - 1, path, outer ? (int)outer - 1 : 1, outer ? path : ".",
                    end - i);
    t->copies = hl_realloc(t->copies, t->ncopies + 1, sizeof *t->copies);
    t->copies[t->ncopies++] = hl_strndup(path, len - 1);
    for (size_t k = i; k < end; k++)
        free(t->images[k]);
    memmove(t->images + i, t->images + end, (t->n - end) * sizeof *t->images);
    t->n -= end - i;
}

/* Looks at the folders of which image i is the first; *removed: whether one was a copy. */
static int remove_copy_at(split_tree *t, size_t i, bool *removed, const split_dicom_rule *dicom,
                          hl_err *e)
{
    const char *path = t->images[i];
    *removed = false;
    for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
        const size_t len = (size_t)(s - path) + 1;
        if (i > 0 && strncmp(t->images[i - 1], path, len) == 0)
            continue;
        const size_t end = split_tree_end(t, i, len);
        if (all_are_copies(t, i, end, len, removed, e))
            return -1;
        if (*removed) {
            remove_folder(t, i, end, len, dicom);
            return 0;
        }
    }
    return 0;
}

int split_tree_remove_copies(split_tree *t, const split_dicom_rule *dicom, hl_err *e)
{
    for (size_t i = 0; i < t->n;) {
        bool removed;
        if (remove_copy_at(t, i, &removed, dicom, e))
            return -1;
        i += !removed;
    }
    return 0;
}

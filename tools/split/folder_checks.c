/* SPDX-License-Identifier: BSD-2-Clause */
#include "folder_checks.h"

#include "base/array.h"
#include "base/mem.h"
#include "subset_words.h"
#include "words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- lists of names ---- */

typedef struct name_list {
    char **items; /* owned */
    size_t n, cap;
} name_list;

static void add_name(name_list *l, const char *name, size_t len)
{
    l->items = hl_array_reserve(l->items, l->n + 1, &l->cap, sizeof *l->items);
    l->items[l->n++] = hl_strndup(name, len);
}

static int compare_text(const void *a, const void *b)
{
    return strcasecmp(*(char *const *)a, *(char *const *)b);
}

static void sort_names(name_list *l)
{
    if (l->n)
        qsort(l->items, l->n, sizeof *l->items, compare_text);
}

static void free_names(name_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->items[i]);
    free(l->items);
    *l = (name_list){0};
}

/* Number of names that both sorted lists have. */
static size_t count_common(const name_list *a, const name_list *b)
{
    size_t common = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        const int order = strcasecmp(a->items[i], b->items[k]);
        common += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    return common;
}

/* ---- classes and subsets swapped ---- */

/* The names of the folders in a class folder, sorted; none if an image lies in the class folder
 * itself. */
static void list_inner(const split_tree *t, size_t i, size_t end, size_t len, name_list *l)
{
    for (size_t next; i < end; i = next) {
        const size_t name = strcspn(t->images[i] + len, "/");
        if (!t->images[i][len + name]) {
            free_names(l);
            return;
        }
        next = split_tree_end(t, i, len + name + 1);
        add_name(l, t->images[i] + len, name);
    }
    sort_names(l);
}

static int refuse_same(const split_tree *t, size_t first, size_t second, size_t before,
                       const name_list *inner, hl_err *e)
{
    const char *a = t->images[first] + before, *b = t->images[second] + before;
    return hl_fail(
        e,
        "%s: expected a folder for each class, found '%.*s', '%.*s' and any other with "
        "the same folders in them ('%s', '%s'%s): name subsets train, val and test, with "
        "the classes in them, leave out what is no class (--exclude), or say where in the "
        "path the class is (--label-regex)",
        t->dir, (int)strcspn(a, "/"), a, (int)strcspn(b, "/"), b, inner->items[0], inner->items[1],
        inner->n > 2 ? ", ..." : "");
}

/* Looks at the class folders from image i on that have the same first `before` bytes; *next is the
 * first image of the others. */
static int check_same(const split_tree *t, size_t i, size_t *next, hl_err *e)
{
    const size_t before = split_tree_before_class(t, t->images[i]);
    *next = split_tree_end(t, i, before);
    name_list first = {0}, other = {0};
    size_t classes = 0, second = i;
    bool same = true;
    for (size_t k = i, end; k < *next && same; k = end, classes++) {
        const size_t len = split_tree_with_class(t, t->images[k]);
        end = split_tree_end(t, k, len);
        list_inner(t, k, end, len, classes ? &other : &first);
        same = first.n > 1 &&
               (classes == 0 || (other.n == first.n && count_common(&first, &other) == first.n));
        if (classes == 1)
            second = k;
        free_names(&other);
    }
    const int status = same && classes > 1 ? refuse_same(t, i, second, before, &first, e) : 0;
    free_names(&first);
    return status;
}

int split_check_same_folders(const split_tree *t, hl_err *e)
{
    for (size_t i = 0, next; i < t->n; i = next)
        if (check_same(t, i, &next, e))
            return -1;
    return 0;
}

/* ---- subsets under other names ---- */

/* The subset of one word of a name, as of "Trainset"; -1: none. */
static int subset_of_word(const char *s, size_t len)
{
    static const char *const ends[] = {"", "set", "data", "images", "imgs"};
    int subset = -1;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && subset < 0; i++) {
        const size_t n = strlen(ends[i]);
        if (len > n && strncasecmp(s + len - n, ends[i], n) == 0)
            subset = split_subset_of(s, len - n);
    }
    return subset;
}

/* That of the first word that names one. */
static int subset_in_name(const char *name, size_t len)
{
    int subset = -1;
    for (size_t i = 0, n; i < len && subset < 0; i += n + 1) {
        for (n = 0; i + n < len && isalpha((unsigned char)name[i + n]);)
            n++;
        subset = subset_of_word(name + i, n);
    }
    return subset;
}

int split_check_subset_names(const split_tree *t, hl_err *e)
{
    const char *first = NULL, *second = NULL;
    for (size_t i = 0, len; i < t->n && !t->has_subsets; i = split_tree_end(t, i, len)) {
        const char *name = t->images[i] + t->base;
        len = split_tree_with_class(t, t->images[i]);
        const int subset = subset_in_name(name, len - t->base - 1);
        if (subset < 0)
            return 0;
        if (!first)
            first = name;
        else if (!second && subset != subset_in_name(first, strcspn(first, "/")))
            second = name;
    }
    return second
               ? hl_fail(e,
                         "%s: expected a folder for each class, found '%.*s' and '%.*s', which "
                         "seem to be subsets: name them train, val and test, with the classes "
                         "in them, or say where the class is (--label-regex, --classes)",
                         t->dir, (int)strcspn(first, "/"), first, (int)strcspn(second, "/"), second)
               : 0;
}

/* ---- parts that are numbered ---- */

/* Length of a name without the number at its end and what is before that, as of "images_001". */
static size_t length_before_number(const char *name, size_t len)
{
    size_t n = len;
    while (n > 0 && isdigit((unsigned char)name[n - 1]))
        n--;
    if (n == len)
        return 0;
    while (n > 0 && !isalpha((unsigned char)name[n - 1]))
        n--;
    return n;
}

/* Whether the name is that of a part of a set: grades and types are numbered, too. */
static bool is_part(const char *name, size_t len)
{
    static const char *const words[] = {"fold",  "split",  "part",  "batch", "chunk",
                                        "shard", "images", "image", "imgs",  "img",
                                        "data",  "folder", "dir",   "disk",  "archive"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == len && strncasecmp(name, words[i], len) == 0)
            return true;
    return false;
}

int split_check_numbered_names(const split_tree *t, hl_err *e)
{
    const char *names[2] = {NULL, NULL};
    for (size_t i = 0, len; i < t->n; i = split_tree_end(t, i, len)) {
        const char *name = t->images[i] + split_tree_before_class(t, t->images[i]);
        len = split_tree_with_class(t, t->images[i]);
        if (!is_part(name, length_before_number(name, strcspn(name, "/"))))
            return 0;
        const bool first = !names[0] || strncmp(names[0], name, strcspn(name, "/") + 1) == 0;
        names[first ? 0 : 1] = name;
    }
    return names[1]
               ? hl_fail(e,
                         "%s: expected a folder for each class, found '%.*s' and '%.*s', which "
                         "seem to be parts of one set: labels may come from a table (--labels) "
                         "or from paths (--label-regex, --classes)",
                         t->dir, (int)strcspn(names[0], "/"), names[0], (int)strcspn(names[1], "/"),
                         names[1])
               : 0;
}

/* ---- another data set in this one ---- */

static int check_repeated(const split_tree *t, size_t i, size_t end, size_t len,
                          const name_list *classes, hl_err *e)
{
    name_list inner = {0};
    list_inner(t, i, end, len, &inner);
    const size_t before = split_tree_before_class(t, t->images[i]);
    int status = 0;
    if (inner.n > 1 && count_common(&inner, classes) == inner.n) {
        char *folder = hl_strndup(t->images[i], len - 1);
        char *pattern = split_exclusion_of(folder + before);
        status = hl_fail(e,
                         "%s: expected a folder for each class, found '%s' with folders in it as "
                         "beside it ('%s', '%s'%s), but other images: leave it out (--exclude %s), "
                         "or name %s/%s",
                         t->dir, folder, inner.items[0], inner.items[1], inner.n > 2 ? ", ..." : "",
                         pattern, t->dir, folder);
        free(folder);
        free(pattern);
    }
    free_names(&inner);
    return status;
}

int split_check_repeated(const split_tree *t, hl_err *e)
{
    name_list classes = {0};
    int status = 0;
    for (size_t i = 0, len; i < t->n; i = split_tree_end(t, i, len)) {
        const char *path = t->images[i];
        const size_t before = split_tree_before_class(t, path);
        len = split_tree_with_class(t, path);
        add_name(&classes, path + before, len - before - 1);
    }
    sort_names(&classes);
    for (size_t i = 0, end; i < t->n && status == 0; i = end) {
        const size_t len = split_tree_with_class(t, t->images[i]);
        end = split_tree_end(t, i, len);
        status = check_repeated(t, i, end, len, &classes, e);
    }
    free_names(&classes);
    return status;
}

/* ---- folders in a class ---- */

static int refuse_inner(const split_tree *t, const char *path, size_t len, bool subset, hl_err *e)
{
    char *folder = hl_strndup(path, len);
    char *pattern = split_exclusion_of(folder + split_tree_before_class(t, path));
    const int status =
        hl_fail(e,
                "%s: expected no folder in a class that is named like %s, found '%s': "
                "move it, leave it out (--exclude %s), or find labels by --label-regex",
                t->dir, subset ? "a subset" : "another class", folder, pattern);
    free(folder);
    free(pattern);
    return status;
}

/* The folders in the class of image i, but for those of the image before it. */
static int check_inner(const split_tree *t, size_t i, const split_words *classes, hl_err *e)
{
    const char *path = t->images[i];
    const size_t before = split_tree_before_class(t, path), with = split_tree_with_class(t, path);
    const split_word own = {.s = path + before, .len = with - before - 1};
    for (const char *s = path + with, *end; (end = strchr(s, '/')); s = end + 1) {
        const split_word word = {.s = s, .len = (size_t)(end - s)};
        const size_t len = (size_t)(end - path);
        if (i > 0 && strncmp(t->images[i - 1], path, len + 1) == 0)
            continue;
        const bool subset = split_subset_of(word.s, word.len) >= 0;
        if (subset || (!split_word_is_like(word, own) && split_words_have_like(classes, word)))
            return refuse_inner(t, path, len, subset, e);
    }
    return 0;
}

int split_check_inner_names(const split_tree *t, hl_err *e)
{
    split_words classes = {0};
    int status = 0;
    for (size_t i = 0, len; i < t->n; i = split_tree_end(t, i, len)) {
        const size_t before = split_tree_before_class(t, t->images[i]);
        len = split_tree_with_class(t, t->images[i]);
        split_words_add(&classes,
                        (split_word){.s = t->images[i] + before, .len = len - before - 1});
    }
    split_words_sort(&classes);
    for (size_t i = 0; i < t->n && status == 0; i++)
        status = check_inner(t, i, &classes, e);
    split_words_free(&classes);
    return status;
}

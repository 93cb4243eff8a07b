/* SPDX-License-Identifier: BSD-2-Clause */
#include "folder_checks.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/strbuf.h"

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

/* ---- masks ---- */

/* Folders with the same file names that are more than a few are rather patients, or series, whose
 * files are numbered anew in each of them. */
enum { MAX_SIBLINGS = 4, MIN_COMMON = 2 };

typedef struct sibling {
    const char *path; /* an image in it */
    size_t len;       /* length of the folder's path in that, without a slash at its end */
    name_list names;  /* of its images: the path below it without extension and _mask */
} sibling;

static void add_image_name(name_list *l, const char *path)
{
    static const char *const suffixes[] = {"mask", "masks", "seg", "segmentation", "label"};
    const char *dot = strrchr(path, '.');
    size_t len = dot ? (size_t)(dot - path) : strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const size_t n = strlen(suffixes[i]);
        if (len > n + 1 && strncasecmp(path + len - n, suffixes[i], n) == 0 &&
            strchr("_-. ", path[len - n - 1])) {
            len -= n + 1;
            break;
        }
    }
    add_name(l, path, len);
}

/* The sibling that the image at path belongs to: one of the folders in the folder of the first len
 * bytes, or that folder itself. NULL if there are too many. */
static sibling *find_sibling(sibling *all, size_t *n, const char *path, size_t len)
{
    const char *slash = strchr(path + len, '/');
    const size_t end = slash ? (size_t)(slash - path) : len - 1;
    for (size_t i = 0; i < *n; i++)
        if (all[i].len == end && strncmp(all[i].path, path, end) == 0)
            return &all[i];
    if (*n == MAX_SIBLINGS)
        return NULL;
    all[*n] = (sibling){.path = path, .len = end};
    return &all[(*n)++];
}

static bool looks_like_masks(const sibling *s)
{
    static const char *const words[] = {"mask", "seg", "label", "annot", "contour"};
    char *folder = hl_strndup(s->path, s->len);
    const char *slash = strrchr(folder, '/');
    bool found = false;
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++)
        found = strcasestr(slash ? slash + 1 : folder, words[i]) != NULL;
    free(folder);
    return found;
}

static int refuse_masks(const char *dir, const sibling *a, const sibling *b, size_t common,
                        size_t class_len, hl_err *e)
{
    const sibling *mask =
        b->len < class_len || (looks_like_masks(a) && a->len >= class_len) ? a : b;
    char *folder = hl_strndup(mask->path, mask->len);
    const char *slash = strrchr(folder, '/');
    char *pattern = split_exclusion_of(slash ? slash + 1 : folder);
    hl_fail(e,
            "%s: expected X-rays only, found the folders '%.*s' and '%.*s' with %zu file names in "
            "common, as those of X-rays and their masks: leave one out (--exclude %s), or list the "
            "images in a table (--labels)",
            dir, (int)a->len, a->path, (int)b->len, b->path, common, pattern);
    free(folder);
    free(pattern);
    return -1;
}

static int compare_siblings(const char *dir, sibling *all, size_t n, size_t class_len, hl_err *e)
{
    for (size_t i = 0; i < n; i++)
        sort_names(&all[i].names);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            const name_list *a = &all[i].names, *b = &all[k].names;
            const size_t common = count_common(a, b);
            if (common >= MIN_COMMON && 2 * common >= (a->n < b->n ? a->n : b->n))
                return refuse_masks(dir, &all[i], &all[k], common, class_len, e);
        }
    return 0;
}

/* Compares the folders in that of the first len bytes, which holds the images from i to end; where
 * there is only one, the folders in it. */
static int check_siblings(const split_tree *t, size_t i, size_t end, size_t len, hl_err *e)
{
    sibling all[MAX_SIBLINGS];
    size_t n = 0;
    int status = 0;
    bool few = true;
    for (size_t k = i; k < end && few; k++) {
        sibling *s = find_sibling(all, &n, t->images[k], len);
        few = s != NULL;
        if (few)
            add_image_name(&s->names, t->images[k] + (s->len < len ? len : s->len + 1));
    }
    const size_t deeper = n == 1 && all[0].len > len ? all[0].len + 1 : 0;
    if (few && n > 1)
        status = compare_siblings(t->dir, all, n, len, e);
    for (size_t k = 0; k < n; k++)
        free_names(&all[k].names);
    return few && deeper ? check_siblings(t, i, end, deeper, e) : status;
}

int split_check_masks(const split_tree *t, hl_err *e)
{
    for (size_t i = 0, end; i < t->n; i = end) {
        const size_t len = split_tree_with_class(t, t->images[i]);
        end = split_tree_end(t, i, len);
        if (check_siblings(t, i, end, len, e))
            return -1;
    }
    return 0;
}

/* Adds the folder of the image if it is a new one; false if there are too many. */
static bool add_folder(sibling *all, size_t *n, const char *path, const char *label)
{
    const char *slash = strrchr(path, '/');
    const size_t len = slash ? (size_t)(slash - path) : 0;
    size_t i = 0;
    while (i < *n && (all[i].len != len || strncmp(all[i].path, path, len) != 0))
        i++;
    if (i == MAX_SIBLINGS)
        return false;
    if (i == *n)
        all[(*n)++] = (sibling){.path = path, .len = len};
    hl_strbuf name = {0};
    hl_strbuf_printf(&name, "%s/%s", label, slash ? slash + 1 : path);
    add_image_name(&all[i].names, name.data);
    hl_strbuf_free(&name);
    return true;
}

int split_check_masks_anywhere(const split_tree *t, char *const *labels, hl_err *e)
{
    sibling all[MAX_SIBLINGS];
    size_t n = 0, i = 0;
    while (i < t->n && add_folder(all, &n, t->images[i], labels[i]))
        i++;
    const int status = i == t->n ? compare_siblings(t->dir, all, n, 0, e) : 0;
    for (size_t k = 0; k < n; k++)
        free_names(&all[k].names);
    return status;
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
        "the classes in them, leave out what is no class (--exclude), or list the images "
        "in a table (--labels)",
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

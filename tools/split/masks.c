/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds masks among X-rays: by names of files and folders, and by the pixels of a few images. */
#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "folder_checks.h"
#include "mask_names.h"
#include "mask_pixels.h"
#include "sys/path.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A folder by its path in that of its first image: the first len bytes, "A/B/". */
typedef struct folder {
    size_t first, end; /* its images */
    size_t len;
} folder;

static const char *path_of(const split_tree *t, const folder *f)
{
    return t->images[f->first];
}

/* Start of the folder's own name in its path. */
static size_t name_start(const char *path, size_t len)
{
    size_t start = len ? len - 1 : 0;
    while (start > 0 && path[start - 1] != '/')
        start--;
    return start;
}

/* The folder's path, for messages; "." is the data set itself. The caller frees. */
static char *name_of(const char *path, size_t len)
{
    return len ? hl_strndup(path, len - 1) : hl_strdup(".");
}

static split_pixels pixels_of(const split_tree *t, const folder *f)
{
    return split_look_at_pixels(t->dir, t->images + f->first, f->end - f->first);
}

/* ---- namesakes ---- */

/* Whether there is an image at OTHER/INNER/NAME, or one that the name means without a word for
 * masks in it. */
static bool is_there(const split_tree *t, const char *other, size_t other_len, const char *inner,
                     size_t inner_len, const char *base)
{
    const split_mask_name name = split_mask_name_of(base);
    hl_strbuf stem = {0};
    hl_strbuf_add(&stem, other, other_len);
    hl_strbuf_add(&stem, inner, inner_len);
    const size_t folder_len = stem.len;
    hl_strbuf_add(&stem, base, name.stem);
    bool found = split_tree_find(t, stem.data) < t->n;
    if (!found && name.word) {
        stem.len = folder_len;
        hl_strbuf_add(&stem, base + name.start, name.len);
        found = split_tree_find(t, stem.data) < t->n;
    }
    hl_strbuf_free(&stem);
    return found;
}

/* Whether an image of f has a namesake in the other folder, or in the same folder within that. */
static bool has_namesake(const split_tree *t, const folder *f, size_t image, const char *other,
                         size_t other_len)
{
    const char *inner = t->images[image] + f->len, *base = hl_path_base(inner);
    return is_there(t, other, other_len, inner, (size_t)(base - inner), base) ||
           (base > inner && is_there(t, other, other_len, "", 0, base));
}

/* Number of every `step`-th image of f with a namesake in the other folder. */
static size_t count_namesakes(const split_tree *t, const folder *f, size_t step, const char *other,
                              size_t other_len)
{
    size_t n = 0;
    for (size_t i = f->first; i < f->end; i += step)
        n += has_namesake(t, f, i, other, other_len);
    return n;
}

/* ---- folders named like masks ---- */

typedef struct sibling {
    const char *path;
    size_t len;    /* with the slash at its end */
    size_t common; /* names that are in both; 0: few */
} sibling;

/* A folder beside f, or the one that f is in for images that lie there. */
static void compare_sibling(const split_tree *t, const folder *f, sibling *s)
{
    enum { SAMPLED = 16 };
    const size_t n = f->end - f->first, step = (n + SAMPLED - 1) / SAMPLED;
    if (2 * step * count_namesakes(t, f, step, s->path, s->len) >= n)
        s->common = count_namesakes(t, f, 1, s->path, s->len);
}

/* The sibling with the same names; without one, any; .path is NULL if f has none. Those that are
 * named like masks themselves come last. */
static sibling find_sibling(const split_tree *t, const folder *f)
{
    enum { MAX_SIBLINGS = 32 };
    const char *path = path_of(t, f);
    const size_t parent = name_start(path, f->len);
    const size_t end = split_tree_bound(t, path, parent, true);
    sibling best = {0};
    bool best_is_mask = true, direct = false;
    size_t n = 0;
    for (size_t i = split_tree_bound(t, path, parent, false), next; i < end && n < MAX_SIBLINGS;
         i = next) {
        const char *image = t->images[i], *slash = strchr(image + parent, '/');
        sibling s = {image, slash ? (size_t)(slash - image) + 1 : parent, 0};
        next = slash ? split_tree_end(t, i, s.len) : i + 1;
        if (i == f->first || (!slash && direct))
            continue;
        n++;
        direct |= !slash;
        compare_sibling(t, f, &s);
        const bool mask = slash && split_mask_folder(image + parent, s.len - parent - 1);
        if (!best.path || (s.common > 0) > (best.common > 0) ||
            ((s.common > 0) == (best.common > 0) && best_is_mask && !mask)) {
            best = s;
            best_is_mask = mask;
        }
    }
    return best;
}

/* The option's value that leaves out f but not the other folder. The caller frees. */
static char *exclusion_of(const split_tree *t, const folder *f, const sibling *other)
{
    char *path = hl_strndup(path_of(t, f), f->len - 1);
    const char *name = path + name_start(path, f->len);
    const size_t len = strlen(name);
    bool also = false;
    for (size_t i = 0; i + len < other->len && !also; i++)
        also = (i == 0 || other->path[i - 1] == '/') && strncmp(other->path + i, name, len) == 0 &&
               other->path[i + len] == '/';
    char *pattern = split_exclusion_of(also ? path : name);
    free(path);
    return pattern;
}

static int refuse_names(const split_tree *t, const folder *f, const sibling *other, hl_err *e)
{
    const sibling mask = {path_of(t, f), f->len, 0};
    const size_t shorter = mask.len < other->len ? mask.len : other->len;
    const int order = shorter ? strncmp(other->path, mask.path, shorter - 1) : 0;
    const bool mask_first = order > 0 || (order == 0 && mask.len < other->len);
    char *name = name_of(mask.path, mask.len), *beside = name_of(other->path, other->len);
    char *pattern = exclusion_of(t, f, other);
    hl_fail(e,
            "%s: expected X-rays only, found the folders '%s' and '%s' with %zu file names in "
            "common, as those of X-rays and their masks: leave one out (--exclude %s), or list the "
            "images in a table (--labels)",
            t->dir, mask_first ? name : beside, mask_first ? beside : name, other->common, pattern);
    free(name);
    free(beside);
    free(pattern);
    return -1;
}

static int refuse_pixels(const split_tree *t, const folder *f, const sibling *other, hl_err *e)
{
    char *name = name_of(path_of(t, f), f->len), *beside = name_of(other->path, other->len);
    char *pattern = exclusion_of(t, f, other);
    hl_fail(
        e,
        "%s: expected X-rays only, found the folders '%s' and '%s', of which '%s' has images of "
        "two grey levels, like masks: leave it out (--exclude %s), or list the images in a "
        "table (--labels)",
        t->dir, beside, name, name, pattern);
    free(name);
    free(beside);
    free(pattern);
    return -1;
}

static int check_named(const split_tree *t, const folder *f, split_mask_word word, hl_err *e)
{
    const sibling other = find_sibling(t, f);
    if (!other.path)
        return 0;
    if (other.common && word == SPLIT_MASK)
        return refuse_names(t, f, &other, e);
    const split_pixels pixels = pixels_of(t, f);
    if (other.common && pixels != SPLIT_PIXELS_GREY)
        return refuse_names(t, f, &other, e);
    return pixels == SPLIT_PIXELS_MASK ? refuse_pixels(t, f, &other, e) : 0;
}

static size_t common_length(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/* Looks at the folders from the class on of which image i is the first. */
static int check_names_at(const split_tree *t, size_t i, hl_err *e)
{
    const char *path = t->images[i];
    const size_t known = i ? common_length(t->images[i - 1], path) : 0;
    size_t start = split_tree_before_class(t, path);
    for (const char *slash; (slash = strchr(path + start, '/'));
         start = (size_t)(slash - path) + 1) {
        const size_t end = (size_t)(slash - path);
        const split_mask_word word =
            end >= known ? split_mask_folder(path + start, end - start) : SPLIT_NO_MASK;
        const folder f = {i, word ? split_tree_end(t, i, end + 1) : i, end + 1};
        if (word && check_named(t, &f, word, e))
            return -1;
    }
    return 0;
}

/* ---- masks under any name ---- */

typedef struct folders {
    folder *items;
    size_t n, cap;
} folders;

/* Adds the few folders in f, or f itself if it has more, or images of its own: many are rather
 * those of patients, or series. */
static void add_folders(folders *l, const split_tree *t, const folder *f)
{
    enum { FEW = 4 };
    folder inner[FEW];
    size_t n = 0;
    bool itself = false;
    for (size_t i = f->first, next; i < f->end && !itself; i = next) {
        const char *path = t->images[i], *slash = strchr(path + f->len, '/');
        const size_t len = slash ? (size_t)(slash - path) + 1 : f->len;
        next = slash ? split_tree_end(t, i, len) : i + 1;
        itself = !slash || n == FEW;
        if (!itself)
            inner[n++] = (folder){i, next, len};
    }
    if (n == 1 && !itself) {
        add_folders(l, t, &inner[0]);
        return;
    }
    l->items = hl_array_reserve(l->items, l->n + FEW, &l->cap, sizeof *l->items);
    if (itself)
        l->items[l->n++] = *f;
    for (size_t i = 0; i < n && !itself; i++)
        l->items[l->n++] = inner[i];
}

static bool are_siblings(const split_tree *t, const folder *a, const folder *b)
{
    const char *x = path_of(t, a), *y = path_of(t, b);
    const size_t len = name_start(x, a->len);
    return name_start(y, b->len) == len && strncmp(x, y, len) == 0;
}

/* Fails if one of the folders has the pixels of masks, and another has not. */
static int compare_pixels(const split_tree *t, const folders *l, hl_err *e)
{
    const folder *mask = NULL, *other = NULL;
    for (size_t i = 0; i < l->n; i++) {
        const folder *f = &l->items[i];
        const bool is_mask = pixels_of(t, f) == SPLIT_PIXELS_MASK;
        if (is_mask && !mask && f->len)
            mask = f;
        if (!is_mask && (!other || (mask && are_siblings(t, f, mask))))
            other = f;
    }
    if (!mask || !other)
        return 0;
    const sibling beside = {path_of(t, other), other->len, 0};
    return refuse_pixels(t, mask, &beside, e);
}

/* Fails if X-rays and masks are in one folder, whatever their names. */
static int check_mixed(const split_tree *t, const folders *l, hl_err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        const folder *f = &l->items[i];
        const split_mask_count c =
            split_count_mask_pixels(t->dir, t->images + f->first, f->end - f->first);
        if (c.masks && !split_masks_are_notable(&c) && c.others)
            hl_log_warn(
                "%s: images of two grey levels, like masks: %zu of %zu that were looked at; "
                "the first: %s; --exclude leaves them out",
                t->dir, c.masks, c.read, c.example);
        if (split_masks_are_notable(&c))
            return hl_fail(e,
                           "%s: expected X-rays only, found images of two grey levels among "
                           "others, like masks, such as '%s': leave them out (--exclude), or list "
                           "the images in a table (--labels)",
                           t->dir, c.example);
    }
    return 0;
}

static int check_pixels(const split_tree *t, hl_err *e)
{
    folders l = {0};
    for (size_t i = 0; i < t->n;) {
        const char *path = t->images[i];
        const size_t with = split_tree_with_class(t, path);
        const size_t len = with ? with : split_tree_before_class(t, path);
        const folder f = {split_tree_bound(t, path, len, false), split_tree_end(t, i, len), len};
        add_folders(&l, t, &f);
        i = f.end;
    }
    const int status = compare_pixels(t, &l, e) || check_mixed(t, &l, e) ? -1 : 0;
    free(l.items);
    return status;
}

int split_check_masks(const split_tree *t, hl_err *e)
{
    for (size_t i = 0; i < t->n; i++)
        if (check_names_at(t, i, e))
            return -1;
    return split_check_mask_pairs(t, e) || check_pixels(t, e) ? -1 : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "folder_tree.h"

#include "base/log.h"
#include "base/mem.h"
#include "data/image_paths.h"
#include "data/manifest.h"
#include "subset_words.h"
#include "sys/find_files.h"

#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

static void take_files(split_tree *t, hl_found_files *s, split_exclusion *x)
{
    t->images = hl_malloc(s->n + 1, sizeof *t->images);
    t->others = hl_malloc(s->n + 1, sizeof *t->others);
    for (size_t i = 0; i < s->n; i++) {
        char *file = hl_image_path(t->dir, s->paths[i]);
        const bool image = hl_is_image_file(file);
        free(file);
        if (split_excludes(x, s->paths[i])) {
            t->excluded += image;
            free(s->paths[i]);
        } else if (image) {
            t->images[t->n++] = s->paths[i];
        } else {
            t->dicomdirs += hl_is_dicomdir(s->paths[i]);
            t->others[t->nothers++] = s->paths[i];
        }
    }
    s->n = 0; /* the paths have another owner */
}

static void take_folders(split_tree *t, hl_found_files *s, split_exclusion *x)
{
    t->folders = hl_malloc(s->nfolders + 1, sizeof *t->folders);
    for (size_t i = 0; i < s->nfolders; i++) {
        if (split_excludes(x, s->folders[i]))
            free(s->folders[i]);
        else
            t->folders[t->nfolders++] = s->folders[i];
    }
    s->nfolders = 0;
}

int split_tree_read(split_tree *t, const char *dir, split_exclusion *x, hl_err *e)
{
    *t = (split_tree){.dir = dir};
    hl_found_files s;
    if (hl_find_files(&s, dir, e))
        return -1;
    t->special = s.others;
    take_files(t, &s, x);
    take_folders(t, &s, x);
    hl_found_files_free(&s);
    if (t->dicomdirs)
        hl_log_info("%s: ignored indices of DICOM media (DICOMDIR): %zu", dir, t->dicomdirs);
    if (x->n)
        hl_log_info("%s: images left out (--exclude): %zu", dir, t->excluded);
    return 0;
}

size_t split_tree_bound(const split_tree *t, const char *text, size_t len, bool after)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strncmp(t->images[middle], text, len);
        if (order < 0 || (after && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t split_tree_find(const split_tree *t, const char *stem)
{
    const size_t len = strlen(stem);
    char *key = hl_malloc(len + 2, 1);
    memcpy(key, stem, len);
    memcpy(key + len, ".", 2);
    size_t i = split_tree_bound(t, key, len + 1, false);
    const size_t end = split_tree_bound(t, key, len + 1, true);
    while (i < end && strrchr(t->images[i], '.') != t->images[i] + len)
        i++;
    free(key);
    return i < end ? i : t->n;
}

size_t split_tree_end(const split_tree *t, size_t i, size_t len)
{
    return split_tree_bound(t, t->images[i], len, true);
}

static void free_all(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void split_tree_free(split_tree *t)
{
    free_all(t->images, t->n);
    free_all(t->others, t->nothers);
    free_all(t->folders, t->nfolders);
    free_all(t->copies, t->ncopies);
    *t = (split_tree){0};
}

/* ---- layout ---- */

static bool is_in_subset(const char *path)
{
    const size_t len = strcspn(path, "/");
    return path[len] && split_subset_of(path, len) >= 0;
}

/* Length of "WRAPPER/", the only folder with images, if the subset folders are in it; else 0. */
static size_t wrapper_length(const split_tree *t)
{
    const size_t len = strcspn(t->images[0] + t->base, "/") + 1;
    if (!t->images[0][t->base + len - 1] || is_in_subset(t->images[0] + t->base) ||
        split_tree_end(t, 0, t->base + len) < t->n)
        return 0;
    for (size_t i = 0; i < t->n; i++)
        if (!is_in_subset(t->images[i] + t->base + len))
            return 0;
    return len;
}

/* Two spellings of one subset, such as train and Training, are both taken, but not silently. */
static void report_spellings(const split_tree *t)
{
    const char *first[HL_SUBSETS] = {0};
    for (size_t i = 0, len; i < t->n; i = split_tree_end(t, i, t->base + len + 1)) {
        const char *name = t->images[i] + t->base;
        len = strcspn(name, "/");
        const char **other = &first[split_subset_of(name, len)];
        if (*other)
            hl_log_info("%s: the folders '%.*s' and '%.*s' are both taken for the subset %s",
                        t->dir, (int)strcspn(*other, "/"), *other, (int)len, name,
                        hl_subset_names[split_subset_of(name, len)]);
        else
            *other = name;
    }
}

int split_tree_find_layout(split_tree *t, hl_err *e)
{
    const size_t wrapper = wrapper_length(t);
    if (wrapper) {
        t->base = wrapper;
        hl_log_info("%s: the subset folders are in its folder '%.*s'", t->dir, (int)wrapper - 1,
                    t->images[0]);
    }
    size_t subset = t->n, other = t->n; /* one image of each layout; t->n: none */
    for (size_t i = 0; i < t->n; i++)
        *(is_in_subset(t->images[i] + t->base) ? &subset : &other) = i;
    if (subset < t->n && other < t->n)
        return hl_fail(e,
                       "%s: expected either the folders train, val and test or one folder per "
                       "class, found both '%s' and '%s': see --exclude",
                       t->dir, t->images[subset], t->images[other]);
    t->has_subsets = subset < t->n;
    if (t->has_subsets)
        report_spellings(t);
    for (size_t i = 0; i < t->n; i++)
        if (split_tree_with_class(t, t->images[i]) == 0)
            return hl_fail(e,
                           "%s/%s: the image is not in a class folder: expected it in "
                           "%s/%sCLASS/",
                           t->dir, t->images[i], t->dir, t->has_subsets ? "SUBSET/" : "");
    return 0;
}

void split_tree_find_subsets(split_tree *t)
{
    t->has_subsets = t->n > 0;
    for (size_t i = 0; i < t->n && t->has_subsets; i++)
        t->has_subsets = is_in_subset(t->images[i]);
    if (t->has_subsets)
        report_spellings(t);
}

size_t split_tree_before_class(const split_tree *t, const char *path)
{
    return t->base + (t->has_subsets ? strcspn(path + t->base, "/") + 1 : 0);
}

size_t split_tree_with_class(const split_tree *t, const char *path)
{
    const size_t before = split_tree_before_class(t, path);
    const char *slash = strchr(path + before, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "collect.h"
#include "dicom_shown.h"
#include "folder_checks.h"
#include "folder_tree.h"
#include "subset_words.h"
#include "sys/find_files.h"

#include <stdlib.h>
#include <string.h>

static int expect_images(const split_tree *t, hl_err *e)
{
    if (t->n)
        return 0;
    char *found = split_describe_others(t, "", 0);
    hl_fail(e,
            "%s: no image found: expected " HL_IMAGE_NAMES " in a folder for each class, found "
            "%s",
            t->dir, found);
    free(found);
    return -1;
}

static split_word label_of(const split_tree *t, const char *path)
{
    const size_t before = split_tree_before_class(t, path);
    return (split_word){.s = path + before, .len = split_tree_with_class(t, path) - before - 1};
}

/* The label of an image, which the caller frees; NULL and an error where it is unknown. */
static char *find_label(const split_tree *t, const split_rules *r, const char *path, hl_err *e)
{
    if (r->label.text) {
        char *found = hl_path_pattern_find(&r->label, path, "label", e);
        if (!found)
            split_dicom_hide_path(&r->dicom, path, e);
        return found;
    }
    const split_word label = label_of(t, path);
    return hl_strndup(label.s, label.len);
}

static void free_labels(char **labels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(labels[i]);
    free(labels);
}

/* The labels of all images, in their order; the caller frees. NULL on failure. */
static char **find_labels(const split_tree *t, const split_rules *r, hl_err *e)
{
    char **labels = hl_calloc(t->n, sizeof *labels);
    split_words set = {0};
    int status = 0;
    for (size_t i = 0; i < t->n && status == 0; i++) {
        labels[i] = find_label(t, r, t->images[i], e);
        status = labels[i] ? 0 : -1;
        if (labels[i] && r->classes.n)
            split_words_add(&set, split_word_trim(split_word_of(labels[i])));
    }
    split_words_sort(&set);
    if (status == 0)
        status = split_class_map_expect(&r->classes, &set, t->dir, e);
    split_words_free(&set);
    if (status == 0)
        return labels;
    free_labels(labels, t->n);
    return NULL;
}

static int add_image(split_collection *c, const split_tree *t, const char *path, const char *label,
                     split_rules *r, hl_err *e)
{
    if (r->classes.n)
        label = split_class_map_find(&r->classes, split_word_of(label));
    if (!label) {
        c->tally.unclassed++;
        return 0;
    }
    char *patient = hl_patient_of(&r->patient, path, e);
    if (!patient) {
        split_dicom_hide_path(&r->dicom, path, e);
        return -1;
    }
    const char *top = path + t->base;
    const hl_subset subset =
        t->has_subsets ? (hl_subset)split_subset_of(top, strcspn(top, "/")) : HL_TRAIN;
    hl_manifest_add(&c->samples, path, label, patient, subset);
    free(patient);
    return 0;
}

static bool same_class(const split_tree *t, const char *a, const char *b)
{
    const size_t x = split_tree_before_class(t, a), y = split_tree_before_class(t, b);
    const size_t len = split_tree_with_class(t, a) - x;
    return split_tree_with_class(t, b) - y == len && strncmp(a + x, b + y, len) == 0;
}

/* With a single class, the folder may be one that the data set lies in. */
static int expect_classes(const split_tree *t, hl_err *e)
{
    const char *path = t->images[0];
    for (size_t i = 1; i < t->n; i++)
        if (!same_class(t, path, t->images[i]))
            return 0;
    const size_t before = split_tree_before_class(t, path), len = split_tree_with_class(t, path);
    const size_t inner = strcspn(path + len, "/");
    const bool around =
        !t->has_subsets && path[len + inner] && split_tree_end(t, 0, len + inner + 1) < t->n;
    hl_strbuf hint = {0};
    if (around)
        hl_strbuf_printf(&hint, "; if the folders in it are the classes, name %s/%.*s", t->dir,
                         (int)len - 1, path);
    hl_fail(e, "%s: expected at least two classes, found one: '%.*s'%s", t->dir,
            (int)(len - before) - 1, path + before, around ? hint.data : "");
    hl_strbuf_free(&hint);
    return -1;
}

static int check_folders(split_tree *t, split_rules *r, hl_err *e)
{
    if (split_tree_find_layout(t, e) || split_check_empty(t, e) || split_check_masks(t, e))
        return -1;
    if (!r->classes.n && split_check_subset_names(t, e))
        return -1;
    return split_check_same_folders(t, e) || split_check_repeated(t, e) ||
                   split_check_inner_names(t, e) || (!r->one_class && expect_classes(t, e)) ||
                   (!r->classes.n && split_check_numbered_names(t, e))
               ? -1
               : 0;
}

/* Where labels are found by a pattern, folders mean nothing but subsets. */
static int check_any_folders(split_tree *t, hl_err *e)
{
    split_tree_find_subsets(t);
    return split_check_masks(t, e);
}

static int add_images(split_collection *c, const split_tree *t, char *const *labels, split_rules *r,
                      hl_err *e)
{
    c->has_subsets = t->has_subsets;
    c->others = t->nothers - t->dicomdirs + t->special;
    c->dicom.in_folders = true;
    c->dicom.has_patients = r->patient.pattern.text != NULL;
    c->tally.source = "folders";
    c->tally.by_path = r->label.text != NULL;
    c->tally.listed = t->n + t->excluded;
    c->tally.excluded = t->excluded;
    for (size_t i = 0; i < t->n; i++)
        if (add_image(c, t, t->images[i], labels[i], r, e))
            return -1;
    if (c->tally.unclassed)
        hl_log_info("%s: images of labels that are in no class (--classes), left out: %zu of %zu",
                    t->dir, c->tally.unclassed, t->n);
    return split_collection_finish(c, r, t->dir, e);
}

static int collect(split_collection *c, split_tree *t, split_rules *r, hl_err *e)
{
    if (expect_images(t, e) || split_exclusion_expect_used(&r->exclusion, t->dir, e))
        return -1;
    if (split_tree_remove_copies(t, &r->dicom, e) ||
        (r->label.text ? check_any_folders(t, e) : check_folders(t, r, e)))
        return split_dicom_hide_folders(&r->dicom, e);
    char **labels = find_labels(t, r, e);
    if (!labels)
        return -1;
    const int status = add_images(c, t, labels, r, e);
    free_labels(labels, t->n);
    return status;
}

int split_collect_folders(split_collection *c, const char *dir, split_rules *r, hl_err *e)
{
    *c = (split_collection){0};
    split_tree t;
    if (split_tree_read(&t, dir, &r->exclusion, e))
        return -1;
    const int status = collect(c, &t, r, e);
    split_tree_free(&t);
    if (status)
        split_collection_free(c);
    return status;
}

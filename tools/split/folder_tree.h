/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a data set in folders, and where in their paths the subset and the class are:
 *
 *   WRAPPER/SUBSET/CLASS/.../image.png
 *
 * SUBSET is a word such as train, Training, val, dev or TEST (subset_words.h); it and WRAPPER may
 * be absent.
 */
#ifndef HILUM_SPLIT_FOLDER_TREE_H
#define HILUM_SPLIT_FOLDER_TREE_H

#include "base/error.h"
#include "dicom.h"
#include "exclude.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_tree {
    const char *dir;
    char **images; /* [n] relative paths, sorted by strcmp, owned */
    size_t n;
    char **others; /* [nothers] likewise, of files that are not images by their name */
    size_t nothers;
    size_t dicomdirs; /* of them, indices of DICOM media */
    char **folders;   /* [nfolders] likewise */
    size_t nfolders;
    size_t excluded; /* number of images that were left out by their names */
    size_t special;  /* number of pipes, sockets and devices */
    size_t base;     /* length of "WRAPPER/" in every path */
    bool has_subsets;
    char **copies; /* [ncopies] folders whose images were removed as copies, owned */
    size_t ncopies;
} split_tree;

/* Lists the files below dir, except those of x. The caller frees; on failure t is empty. */
int split_tree_read(split_tree *t, const char *dir, split_exclusion *x, hl_err *e);

/* Finds out base and has_subsets. Fails where subset folders lie beside others, or where an image
 * is in no class folder. */
int split_tree_find_layout(split_tree *t, hl_err *e);

/* The same where classes are no folders; only subsets may be. */
void split_tree_find_subsets(split_tree *t);

/* Removes folders of which every image is also in the folder around it, under the same path and
 * with the same bytes, as a data set that was packed with a copy of itself; says so in the log. */
int split_tree_remove_copies(split_tree *t, const split_dicom_rule *dicom, hl_err *e);

/* Length of the path up to its class, with the slash at its end; with the class too. */
size_t split_tree_before_class(const split_tree *t, const char *path);
size_t split_tree_with_class(const split_tree *t, const char *path);

/* The first image whose path is not before the text, of which the first len bytes count; with
 * `after`, the first after those that begin with it. */
size_t split_tree_bound(const split_tree *t, const char *text, size_t len, bool after);

/* The image at this path without its extension, or t->n. */
size_t split_tree_find(const split_tree *t, const char *stem);

/* The first image after i whose path does not begin with the first len bytes of that of i. */
size_t split_tree_end(const split_tree *t, size_t i, size_t len);

void split_tree_free(split_tree *t); /* safe on a zeroed one */

#endif

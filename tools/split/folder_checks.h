/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Folders that look like a data set but would make a wrong one, noticed by their names alone. Each
 * function fails with a message that says how to go on. The layout of the tree is known.
 */
#ifndef HILUM_SPLIT_FOLDER_CHECKS_H
#define HILUM_SPLIT_FOLDER_CHECKS_H

#include "base/error.h"
#include "folder_tree.h"

/* Subset and class folders without an image. */
int split_check_empty(const split_tree *t, split_exclusion *x, hl_err *e);

/* Folders below a class whose files have the same names, as X-rays and their masks. */
int split_check_masks(const split_tree *t, hl_err *e);

/* The same where classes are no folders: any folders whose files have the same names and the same
 * labels, [t->n]. */
int split_check_masks_anywhere(const split_tree *t, char *const *labels, hl_err *e);

/* Class folders that all hold the same folders: these or those are probably no classes. */
int split_check_same_folders(const split_tree *t, hl_err *e);

/* Class folders with the class folders in them again, but no copies of them. */
int split_check_repeated(const split_tree *t, hl_err *e);

/* What lies in a folder besides images, "16 *.dcm, 1 *.txt"; len is the length of "FOLDER/" at the
 * start of path, 0 for all. The caller frees. */
char *split_describe_others(const split_tree *t, const char *path, size_t len);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Folders that look like a data set but would make a wrong one. Each function fails with a message
 * that says how to go on. The layout of the tree is known.
 */
#ifndef HILUM_SPLIT_FOLDER_CHECKS_H
#define HILUM_SPLIT_FOLDER_CHECKS_H

#include "base/error.h"
#include "folder_tree.h"

/* Subset and class folders without an image. */
int split_check_empty(const split_tree *t, hl_err *e);

/*
 * Masks among X-rays: folders named like masks that share file names with a folder beside them or
 * around them, or whose images have two grey levels; masks beside their X-rays (the second function
 * alone); and classes, or folders of a class, with images of two grey levels beside others. A few
 * images are read. Those that cannot be read are no evidence. Images need not be in class folders.
 */
int split_check_masks(const split_tree *t, hl_err *e);
int split_check_mask_pairs(const split_tree *t, hl_err *e);

/* Class folders that all hold the same folders: these or those are probably no classes. */
int split_check_same_folders(const split_tree *t, hl_err *e);

/* Class folders that all have the word of a subset in their names, and not of the same one, such as
 * trainset and testset, or train_normal and test_normal. */
int split_check_subset_names(const split_tree *t, hl_err *e);

/* Class folders that are all named like numbered parts of a set, such as fold1 and fold2, or
 * images_001 and images_002. */
int split_check_numbered_names(const split_tree *t, hl_err *e);

/* Class folders with the class folders in them again, but no copies of them. */
int split_check_repeated(const split_tree *t, hl_err *e);

/* Folders at any depth in a class that are named like another class or a subset. */
int split_check_inner_names(const split_tree *t, hl_err *e);

/* What lies in a folder besides images, "16 *.dcm, 1 *.txt"; len is the length of "FOLDER/" at the
 * start of path, 0 for all. The caller frees. */
char *split_describe_others(const split_tree *t, const char *path, size_t len);

#endif

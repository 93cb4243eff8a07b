/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds images that a table names otherwise than by their path: by the base name alone, with
 * folders that lie above the data set, or without the extension. The folder is listed once, when
 * the first such image is looked up.
 */
#ifndef HILUM_SPLIT_IMAGE_INDEX_H
#define HILUM_SPLIT_IMAGE_INDEX_H

#include "base/error.h"
#include "sys/find_files.h"
#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is the same for all paths of a file. */
typedef struct split_file_id {
    dev_t device;
    ino_t inode;
} split_file_id;

typedef struct split_image_index {
    const char *dir;
    int fd; /* of dir */
    bool listed;
    hl_found_files files;
    struct split_image_stem *names, *stems; /* [files.n], sorted with and without extensions */
} split_image_index;

/* dir is kept by reference. */
int split_image_index_open(split_image_index *x, const char *dir, hl_err *e);

/* How an image was found that is not where the table says. */
typedef enum split_found { SPLIT_AS_WRITTEN, SPLIT_OTHER_EXTENSION, SPLIT_BY_END } split_found;

/*
 * The path of the image, relative to the folder: `name` itself if it is the path of a file, else
 * the one image whose path ends in `name`, or whose path `name` ends in, at a slash. A name without
 * an image's extension, of which .dcm is one, is compared without it. A name with one for which
 * there is no image is that of another extension, if there is one.
 * *path is NULL where there is none; it points to `name` or into the index. Fails where several
 * images fit, or the path is not that of a file.
 */
int split_image_index_find(split_image_index *x, const char *name, const char **path,
                           split_file_id *id, split_found *how, hl_err *e);

/* Likewise for a path of another machine, of which the first folders may be others: the one image
 * whose path has the longest end in common with it, at a slash. The base name, but for the
 * extension, suffices only if the image or the name has no folders. Messages give text. */
int split_image_index_find_end(split_image_index *x, const char *name, const char *text,
                               const char **path, split_file_id *id, split_found *how, hl_err *e);

/* For messages: a file whose path would fit the name, whatever their extensions, but for case,
 * blanks, leading zeros or Unicode form; NULL: none, or nothing was looked up. */
const char *split_image_index_alike(const split_image_index *x, const char *name);

/* The base name in a path, without the extension of an image. */
split_word split_image_index_stem(const char *path);

void split_image_index_close(split_image_index *x);

#endif

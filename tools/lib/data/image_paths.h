/* SPDX-License-Identifier: BSD-2-Clause */
/* The image files that a manifest lists. */
#ifndef HILUM_DATA_IMAGE_PATHS_H
#define HILUM_DATA_IMAGE_PATHS_H

#include "base/error.h"
#include "data/manifest.h"

/* The name to open for a path of a manifest: the path itself if it is absolute, else the path below
 * root ("" is the current folder). The caller frees. */
char *hl_image_path(const char *root, const char *path);

/* Fails where an output of this process (see hl_path_will_replace) is this file. A file that is not
 * there passes. */
int hl_image_expect_kept(const char *file, hl_err *e);

/* Fails where an output of this process is one of the images. Call it before the first image is
 * read. */
int hl_images_expect_kept(const hl_manifest *m, const char *root, hl_err *e);
/* The same for images that others read: only those with the file name of an output are looked at,
 * since each look at a file of a large set on a shared disk costs. */
int hl_images_expect_kept_by_name(const hl_manifest *m, const char *root, hl_err *e);

#endif

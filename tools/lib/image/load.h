/* SPDX-License-Identifier: BSD-2-Clause */
/* One image on disk: from its file to pixels, the same way for every tool. */
#ifndef HILUM_IMAGE_LOAD_H
#define HILUM_IMAGE_LOAD_H

#include "base/error.h"
#include "image/image.h"
#include "image/resize.h"

#include <stdbool.h>

/* Reads and decodes a file (see hl_image_decode). sha256: NULL, or 32 bytes that get the digest of
 * the file, also where it holds no image. */
int hl_image_read(hl_image *img, const char *file, unsigned char *sha256, hl_err *e);

/* Colours to luminance of ITU-R 601, as Pillow's convert("L") computes it, in place. */
void hl_image_make_grey(hl_image *img);

/* How images are brought to the size that a backbone takes. */
typedef struct hl_fitting {
    size_t height, width;
    hl_filter filter;
    hl_fit fit;
    bool to_grey; /* colours become luminance */
} hl_fitting;

/* hl_image_read and then hl_resize into out, which has room for height * width * 3 bytes; *channels
 * gets 1 or 3. */
int hl_image_read_fitted(const char *file, const hl_fitting *f, uint8_t *out, int *channels,
                         unsigned char *sha256, hl_err *e);

/* What to open for a path of a manifest: below root ("" is the current folder), unless it is an
 * absolute one. The caller frees. */
char *hl_path_below(const char *root, const char *path);

#endif

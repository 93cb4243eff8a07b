/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that masks have: of their folders, and of the files beside those of the X-rays. */
#ifndef HILUM_SPLIT_MASK_NAMES_H
#define HILUM_SPLIT_MASK_NAMES_H

#include <stddef.h>

/* "labels" may hold X-rays, so such words alone decide nothing. */
typedef enum split_mask_word { SPLIT_NO_MASK, SPLIT_MAYBE_MASK, SPLIT_MASK } split_mask_word;

/* By the words in a folder's name of len bytes: "Lung masks", "leftMask", "segmentation". */
split_mask_word split_mask_folder(const char *name, size_t len);

/* A file name without its extension, parted from a word for masks that it ends or begins with. */
typedef struct split_mask_name {
    split_mask_word word;
    size_t start, len; /* of the rest: that of "0001_mask" is "0001" */
    size_t stem;       /* length without the extension */
} split_mask_name;

split_mask_name split_mask_name_of(const char *base);

#endif

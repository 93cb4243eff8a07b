/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of images and patients in each class and subset of a manifest. */
#ifndef HILUM_SPLIT_SUBSET_COUNTS_H
#define HILUM_SPLIT_SUBSET_COUNTS_H

#include "data/manifest.h"

#include <stddef.h>

/* The last column is all subsets together, the last row all classes. A patient counts once in every
 * cell that has an image of that patient. */
typedef struct split_subset_counts {
    size_t (*images)[HL_SUBSETS + 1];   /* nclasses + 1 rows, owned */
    size_t (*patients)[HL_SUBSETS + 1]; /* likewise */
    size_t nclasses;
    size_t divided; /* patients with images in several subsets */
} split_subset_counts;

/* Counts the samples of a finished manifest; the caller frees c. */
void split_subset_counts_make(split_subset_counts *c, const hl_manifest *m);
void split_subset_counts_free(split_subset_counts *c);

#endif

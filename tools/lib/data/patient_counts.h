/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images and patients of a manifest, counted. A patient has one image or many, so that the two
 * numbers differ, and a patient with images in several subsets leaks from one to another.
 */
#ifndef HILUM_DATA_PATIENT_COUNTS_H
#define HILUM_DATA_PATIENT_COUNTS_H

#include "data/manifest.h"

#include <stddef.h>

/* Orders sample numbers by patient, those of one patient by number. */
void hl_patients_sort(const hl_manifest *m, size_t *samples, size_t n);

/* Of n sorted sample numbers, how many at the start belong to one patient; n is at least 1. */
size_t hl_patients_run(const hl_manifest *m, const size_t *samples, size_t n);

/* Counts of a finished manifest. The last column holds all subsets, the last row all classes. A
 * patient counts once in every cell that has an image of that patient. Augmented copies are not
 * counted. */
typedef struct hl_subset_counts {
    size_t (*images)[HL_SUBSETS + 1];   /* [nclasses + 1], owned */
    size_t (*patients)[HL_SUBSETS + 1]; /* [nclasses + 1], owned */
    size_t nclasses;
    size_t divided; /* patients with images in more than one subset */
} hl_subset_counts;

void hl_subset_counts_make(hl_subset_counts *c, const hl_manifest *m);
void hl_subset_counts_free(hl_subset_counts *c);

#endif

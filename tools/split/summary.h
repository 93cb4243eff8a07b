/* SPDX-License-Identifier: BSD-2-Clause */
/* The table on standard error: images and patients of each class in each subset. */
#ifndef HILUM_SPLIT_SUMMARY_H
#define HILUM_SPLIT_SUMMARY_H

#include "data/patient_counts.h"

/* Prints the counts of a finished manifest as messages of the log. */
void split_summary_print(const hl_manifest *m, const hl_subset_counts *n);

#endif

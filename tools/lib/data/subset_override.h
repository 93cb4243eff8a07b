/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other subsets for samples whose images or features are there already: those that another manifest
 * gives them. So one set of features serves many splits, as in cross validation.
 */
#ifndef HILUM_DATA_SUBSET_OVERRIDE_H
#define HILUM_DATA_SUBSET_OVERRIDE_H

#include "base/error.h"
#include "data/sample_file.h"

/*
 * Takes the subsets of s from the manifest at path (NULL: leaves them), which
 * lists the same images with the same labels and patients, in any order and without variants. A
 * variant goes where its image does. s->chain becomes both ancestries, s->override the manifest's
 * digest.
 */
int hl_subset_override(hl_samples *s, const char *path, hl_err *e);

#endif

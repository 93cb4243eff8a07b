/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replaces the subsets of samples that have been read by those of another manifest, so that one
 * file of features serves many splits, as in cross validation.
 */
#ifndef HILUM_DATA_SUBSET_OVERRIDE_H
#define HILUM_DATA_SUBSET_OVERRIDE_H

#include "base/error.h"
#include "data/sample_file.h"

/*
 * Takes the subsets of s from the manifest at path; NULL leaves s as it is. The manifest must list
 * the same images with the same labels and patients, in any order and without augmented copies,
 * which follow their originals. It may also list exactly those that preprocess left out, since it
 * could not read them. s->provenance becomes the provenance of both files, s->override the digest
 * of the manifest.
 */
int hl_subset_override(hl_samples *s, const char *path, hl_err *e);

#endif

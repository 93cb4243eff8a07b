/* SPDX-License-Identifier: BSD-2-Clause */
/* --fold-by: cross-validation that leaves out one value of a carried column at a time, such as a
 * hospital. */
#ifndef HILUM_SPLIT_FOLD_BY_H
#define HILUM_SPLIT_FOLD_BY_H

#include "data/manifest.h"
#include "dicom.h"
#include "groups.h"

#include <stdbool.h>
#include <stddef.h>

enum { SPLIT_MAX_VALUES = 50 };

/* Moves the images with value `fold`, from 1, of the column to the test subset, and all others to
 * training; values are numbered as strcmp sorts them. Fails where there are not `folds` values, or
 * fewer than 2 or more than SPLIT_MAX_VALUES; where an image has none; and, with by_patient, where
 * images of one group have different ones; d has the names of patients and images in messages. */
int split_mark_value(hl_manifest *m, const split_groups *g, bool by_patient, const char *column,
                     size_t folds, size_t fold, const split_dicom *d, hl_err *e);

#endif

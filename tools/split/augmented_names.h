/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that are augmented copies of others by their names, such as 0001_flip.png beside 0001.png.
 * Fingerprints do not find mirrored and rotated copies, so such names are all that tells. */
#ifndef HILUM_SPLIT_AUGMENTED_NAMES_H
#define HILUM_SPLIT_AUGMENTED_NAMES_H

#include "data/manifest.h"
#include "dicom.h"

/* Warns of those that count as patients of their own. The samples are those that were listed, in
 * the order of their paths. */
void split_warn_of_augmented_names(const hl_manifest *m, const split_dicom *d);

#endif

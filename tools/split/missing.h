/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of a label table that are left out, among them those whose image cannot be found. */
#ifndef HILUM_SPLIT_MISSING_H
#define HILUM_SPLIT_MISSING_H

#include "base/error.h"
#include "dicom.h"
#include "image_index.h"
#include "label_rules.h"
#include "tally.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_rows {
    split_row *items; /* owned */
    size_t n, cap;
} split_rows;

/* Removes the rows without a label. */
void split_rows_drop(split_rows *all);

/* Before split stops because of images that are not there: their names, which may be those of DICOM
 * files, are no longer known. Does nothing where the data set has no DICOM file. */
void split_rows_hide_missing(split_rows *all, const split_dicom_rule *dicom);

/* Fails where images are missing, or with skip removes their rows and counts them by class in the
 * log and in the tally. Fails if no row is left. table, images, in which they were looked up, and
 * dicom, which may hide their names, are for messages. */
int split_rows_settle_missing(split_rows *all, const char *table, const split_image_index *images,
                              bool skip, const split_dicom_rule *dicom, split_tally *tally,
                              hl_err *e);

#endif

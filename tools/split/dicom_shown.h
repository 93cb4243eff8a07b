/* SPDX-License-Identifier: BSD-2-Clause */
/* What errors call DICOM files before they have pseudonyms: there is no manifest
 * to look them up in. Nothing is hidden with --keep-ids. */
#ifndef HILUM_SPLIT_DICOM_SHOWN_H
#define HILUM_SPLIT_DICOM_SHOWN_H

#include "dicom.h"

#include <stdbool.h>

/* Whether the path of this image is hidden: it is a DICOM file, or lies beside some. */
bool split_dicom_hides_path(const split_dicom_rule *rule, const char *path);
/* "'PATH'", or words that hold no path if it is hidden; the caller frees. */
char *split_dicom_shown(const split_dicom_rule *rule, const char *path);
/* In an error that begins with the path of an image, puts such words in its place. */
void split_dicom_hide_path(const split_dicom_rule *rule, const char *path, hl_err *e);
/* Whether identifiers of the data set's tables are hidden too: it has a DICOM file. */
bool split_dicom_hides_rows(const split_dicom_rule *rule);
/* Replaces an error that names folders of the data set, which may be called like patients; -1. */
int split_dicom_hide_folders(const split_dicom_rule *rule, hl_err *e);

#endif

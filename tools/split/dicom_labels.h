/* SPDX-License-Identifier: BSD-2-Clause */
/* Folders that are called like patients, and so are no classes. */
#ifndef HILUM_SPLIT_DICOM_LABELS_H
#define HILUM_SPLIT_DICOM_LABELS_H

#include "data/dicom_files.h"
#include "data/manifest.h"
#include "dicom.h"

/* Fails where the labels of m, which are names of folders, are those of patients, studies or series
 * of its files, and, unless identifiers are kept, where one of them tells a patient. */
int split_dicom_expect_classes(const hl_manifest *m, const hl_dicom_file *files,
                               const split_dicom_rule *rule, hl_err *e);

#endif

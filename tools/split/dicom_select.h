/* SPDX-License-Identifier: BSD-2-Clause */
/* --select with the attributes of DICOM files. */
#ifndef HILUM_SPLIT_DICOM_SELECT_H
#define HILUM_SPLIT_DICOM_SELECT_H

#include "data/dicom_files.h"
#include "dicom.h"

/* Marks in drop[m->n] the samples that do not meet the conditions on DICOM columns: those of
 * rule->select whose entry in at is -1, or all if at is NULL. t counts them. Fails where a column
 * is none of DICOM files, and where a value is that of no file. */
int split_dicom_select(const hl_manifest *m, const hl_dicom_file *files, bool *drop,
                       const split_dicom_rule *rule, const int *at, split_tally *t, hl_err *e);

/* Fails where there are such conditions; for a data set without DICOM files. */
int split_dicom_expect_none(const split_dicom_rule *rule, const split_dicom *d, hl_err *e);

#endif

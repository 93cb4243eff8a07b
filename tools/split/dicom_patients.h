/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose images DICOM files are, where some of them say less than others. */
#ifndef HILUM_SPLIT_DICOM_PATIENTS_H
#define HILUM_SPLIT_DICOM_PATIENTS_H

#include "data/dicom_files.h"

#include <stddef.h>

/* Gives files without an issuer the only one that others with their PatientID name, and files
 * without a PatientID that of the first other file of their study that has one. */
void split_dicom_settle_patients(hl_dicom_file *files, size_t n);

#endif

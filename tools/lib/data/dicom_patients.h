/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose images DICOM files are, where some of them say less than others. */
#ifndef HILUM_DATA_DICOM_PATIENTS_H
#define HILUM_DATA_DICOM_PATIENTS_H

#include "data/dicom_files.h"

#include <stddef.h>

/* Gives files without an issuer the only one that others with their PatientID name, and files
 * without a PatientID that of the first other file of their study that has one. */
void hl_dicom_settle_patients(hl_dicom_file *files, size_t n);

/* DICOM files without a PatientID. */
typedef struct hl_dicom_patient_counts {
    size_t by_study; /* whose study counts as the patient */
    size_t unknown;  /* without a StudyInstanceUID, too */
} hl_dicom_patient_counts;

/* Whose image an HL_DICOM_IMAGE is, as hl_dicom_patient_of says; the caller frees. NULL where it
 * says neither patient nor study. Counts it in c. */
char *hl_dicom_take_patient(const hl_dicom_file *f, hl_dicom_patient_counts *c);

/* Warns of the files that c counts. consequence: of studies that count as patients. */
void hl_dicom_warn_of_patients(const hl_dicom_patient_counts *c, const char *consequence);

#endif

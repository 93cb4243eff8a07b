/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a DICOM file says of its image, as carried columns of a manifest. Their names are those of
 * hl_dicom_columns; a value is empty where the file says nothing.
 */
#ifndef HILUM_DATA_DICOM_COLUMNS_H
#define HILUM_DATA_DICOM_COLUMNS_H

#include "base/strbuf.h"
#include "dicom/attributes.h"

#include <stdbool.h>

typedef enum {
    HL_DICOM_CARRIED_VIEW,         /* as written: PA, AP, LL, ... */
    HL_DICOM_CARRIED_SEX,          /* M, F or O */
    HL_DICOM_CARRIED_AGE,          /* in years: 060Y is 60, 018M is 1.5 */
    HL_DICOM_CARRIED_MANUFACTURER, /* as written */
    HL_DICOM_CARRIED_MODALITY,     /* CR, DX, OT, ... */
    HL_DICOM_CARRIED_PHOTOMETRIC,  /* MONOCHROME1, MONOCHROME2, RGB, ... */
    HL_DICOM_CARRIED_SPACING,      /* mm between pixels; 0.2x0.1, rows first, where not square */
    HL_DICOM_CARRIED_BITS,         /* BitsStored */
    HL_DICOM_CARRIED_BURNED_IN,    /* BurnedInAnnotation: YES or NO */
    HL_DICOM_CARRIED_LOSSY,        /* LossyImageCompression: YES or NO */
    HL_DICOM_CARRIED
} hl_dicom_column;

extern const char *const hl_dicom_columns[HL_DICOM_CARRIED];
extern const char hl_study_column[]; /* "study": StudyInstanceUID, or its pseudonym */
extern const char hl_sop_column[];   /* "sop": SOPInstanceUID, where it is asked for */

/* Whether a column of this name comes from DICOM files. */
bool hl_is_dicom_column(const char *name);

/* Appends the value of a column. */
void hl_dicom_column_value(const hl_dicom_attributes *a, hl_dicom_column column, hl_strbuf *t);

/* An age as DICOM writes it, with up to three digits, in years: 058Y, 6M, 26W, 10D. False for other
 * text. */
bool hl_parse_age(const char *text, double *years);

/* Whose image it is: PatientID, with its issuer, if there is one, as ID^^^ISSUER; without
 * PatientID, StudyInstanceUID; "" without that. The caller frees. */
char *hl_dicom_patient_of(const hl_dicom_attributes *a);

#endif

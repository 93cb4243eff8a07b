/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a DICOM file says of its image, for manifests and checks. Reading a file's attributes does
 * not read its pixels: some ten kilobytes are read of a file of ten megabytes.
 *
 *   hl_dicom_attributes a;
 *   const int found = hl_dicom_attributes_read(&a, file, &err);
 *   if (found < 0) ...                                  // a damaged DICOM file
 *   if (found)
 *       use(a.text[HL_DICOM_TEXT_PATIENT_ID]);          // "" if absent
 *   hl_dicom_attributes_free(&a);
 */
#ifndef HILUM_DICOM_ATTRIBUTES_H
#define HILUM_DICOM_ATTRIBUTES_H

#include "base/error.h"
#include "dicom/dataset.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HL_DICOM_TEXT_PATIENT_ID,        /* PatientID (0010,0020) */
    HL_DICOM_TEXT_PATIENT_ID_ISSUER, /* IssuerOfPatientID (0010,0021) */
    HL_DICOM_TEXT_STUDY,             /* StudyInstanceUID (0020,000D) */
    HL_DICOM_TEXT_SERIES,            /* SeriesInstanceUID (0020,000E) */
    HL_DICOM_TEXT_SOP_INSTANCE,      /* SOPInstanceUID (0008,0018) */
    HL_DICOM_TEXT_SOP_CLASS,         /* SOPClassUID (0008,0016) */
    HL_DICOM_TEXT_MODALITY,          /* Modality (0008,0060) */
    HL_DICOM_TEXT_VIEW,              /* ViewPosition (0018,5101), else from ViewCodeSequence */
    HL_DICOM_TEXT_SEX,               /* PatientSex (0010,0040) */
    HL_DICOM_TEXT_AGE,               /* PatientAge (0010,1010), as in 060Y */
    HL_DICOM_TEXT_MANUFACTURER,      /* Manufacturer (0008,0070) */
    HL_DICOM_TEXT_PHOTOMETRIC,       /* PhotometricInterpretation (0028,0004) */
    HL_DICOM_TEXT_BODY_PART,         /* BodyPartExamined (0018,0015) */
    HL_DICOM_TEXT_BURNED_IN,         /* BurnedInAnnotation (0028,0301): YES, NO or "" */
    HL_DICOM_TEXT_LOSSY,             /* LossyImageCompression (0028,2110): 00, 01 or "" */
    HL_DICOM_TEXT_SYNTAX,            /* TransferSyntaxUID (0002,0010) */
    HL_DICOM_TEXT_INTENT,            /* PresentationIntentType (0008,0068) */
    /* These are read to find them in paths, and go nowhere: */
    HL_DICOM_TEXT_PATIENT_NAME, /* PatientName (0010,0010) */
    HL_DICOM_TEXT_BIRTH_DATE,   /* PatientBirthDate (0010,0030) */
    HL_DICOM_TEXT_ACCESSION,    /* AccessionNumber (0008,0050) */
    HL_DICOM_TEXT_STUDY_DATE,   /* StudyDate (0008,0020) */
    HL_DICOM_TEXTS
} hl_dicom_text;

typedef struct hl_dicom_attributes {
    /* UTF-8, without blanks at the ends and without control characters; "" if absent. Owned. */
    char *text[HL_DICOM_TEXTS];
    unsigned rows, columns, bits_stored; /* 0 if absent */
    double spacing[2]; /* PixelSpacing (0028,0030): mm from row to row, column to column; 0 */
    double imager_spacing[2]; /* ImagerPixelSpacing (0018,1164), at the detector; 0 if absent */
    bool is_directory;        /* a DICOMDIR, which is an index of media and no image */
} hl_dicom_attributes;

/* Reads the attributes of a file. Returns 1 if it is a DICOM file, 0 if it is any other, which
 * takes reading 132 bytes, and -1 if it cannot be read. On 0 and -1, a is empty. */
int hl_dicom_attributes_read(hl_dicom_attributes *a, const char *file, hl_err *e);
/* The same for a whole file in memory. */
int hl_dicom_attributes_decode(hl_dicom_attributes *a, const char *name, const void *bytes,
                               size_t len, hl_err *e);
/* The attributes of a data set. */
void hl_dicom_attributes_take(hl_dicom_attributes *a, const hl_dicom_set *s);
void hl_dicom_attributes_free(hl_dicom_attributes *a);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of the DICOM files among the images of a data set. */
#ifndef HILUM_DATA_DICOM_FILES_H
#define HILUM_DATA_DICOM_FILES_H

#include "data/id_key.h"
#include "dicom/attributes.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HL_DICOM_NOT,      /* another kind of file */
    HL_DICOM_IMAGE,    /* the attributes are known */
    HL_DICOM_NO_IMAGE, /* an index, a report, a presentation state: without an image */
    HL_DICOM_DAMAGED,  /* it begins as one, and cannot be read */
    HL_DICOM_UNREAD,   /* it cannot be opened, or is one by its name only: beside others, it has a
                        * pseudonym */
} hl_dicom_kind;

typedef struct hl_dicom_file {
    hl_dicom_kind kind;
    hl_dicom_attributes a; /* empty unless the kind is HL_DICOM_IMAGE */
} hl_dicom_file;

/* Reads the files at n paths below dir in this many threads. A file that cannot be read is no
 * error: who decodes it says why. The caller frees. */
hl_dicom_file *hl_dicom_files_read(const char *dir, const char *const *paths, size_t n, int jobs);
bool hl_begins_as_dicom(const char *file);
bool hl_dicom_is(const hl_dicom_file *f); /* known to be a DICOM file, with an image or without */
/* What stands for the file at this path in results: of its SOP instance or, without one, of the
 * path.
 */
void hl_dicom_pseudonym(const hl_id_key *key, const hl_dicom_file *f, const char *path,
                        char name[HL_PSEUDONYM_SIZE]);
void hl_dicom_files_free(hl_dicom_file *files, size_t n); /* NULL is allowed */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of the DICOM files among the images of a data set. */
#ifndef HILUM_SPLIT_DICOM_FILES_H
#define HILUM_SPLIT_DICOM_FILES_H

#include "dicom/attributes.h"

#include <stddef.h>

typedef enum {
    SPLIT_NO_DICOM,      /* another kind of file */
    SPLIT_DICOM_IMAGE,   /* the attributes are known */
    SPLIT_DICOM_OTHER,   /* an index, a report, a presentation state: without an image */
    SPLIT_DICOM_DAMAGED, /* by its bytes or its lack of an image's extension it may be one */
} split_dicom_kind;

typedef struct split_dicom_file {
    split_dicom_kind kind;
    hl_dicom_attributes a; /* empty unless the kind is SPLIT_DICOM_IMAGE */
} split_dicom_file;

/* Reads the files at n paths below dir in this many threads. A file that cannot be read is no
 * error: who decodes it says why. The caller frees. */
split_dicom_file *split_dicom_files_read(const char *dir, const char *const *paths, size_t n,
                                         int jobs);
void split_dicom_files_free(split_dicom_file *files, size_t n); /* NULL is allowed */

#endif

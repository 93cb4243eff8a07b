/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the images that a label table names by what DICOM files say of themselves: SOP instance,
 * study or patient. The folder is listed, and the attributes are read, when the first is looked up.
 */
#ifndef HILUM_SPLIT_DICOM_INDEX_H
#define HILUM_SPLIT_DICOM_INDEX_H

#include "columns.h"
#include "image_index.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_dicom_entry {
    char *key;        /* owned */
    const char *path; /* relative to the folder */
    split_file_id file;
    bool found;
} split_dicom_entry;

typedef struct split_dicom_index {
    split_key by; /* not SPLIT_KEY_IMAGE */
    bool listed;
    hl_found_files files;
    split_dicom_entry *entries; /* [n] sorted by key and path, owned */
    size_t n;
} split_dicom_index;

/* The images below dir with this key, [*n], 0 if there is none. A patient is named by PatientID, or
 * by ID^^^ISSUER where several issuers may have given the same. Zero x but for `by` at first. */
int split_dicom_index_find(split_dicom_index *x, const char *dir, int jobs, const char *key,
                           split_dicom_entry **first, size_t *n, hl_err *e);

/* Number of images that were never found. */
size_t split_dicom_index_left(const split_dicom_index *x);
void split_dicom_index_free(split_dicom_index *x); /* safe on a zeroed one */

#endif

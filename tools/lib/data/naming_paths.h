/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths that tell whose images they are: folders of a PACS or of a CD are often called like
 * patients, as DOE^JOHN, Doe_John_1957 or by the number of an examination.
 *
 *   hl_naming_paths p = {0};
 *   hl_naming_paths_add(&p, "A/Doe_John/IM1", &attributes); // of the DICOM file there
 *   hl_naming_paths_end(&p);
 *   hl_naming_paths_have(&p, "A/Doe_John/preview.jpg");     // true
 *   hl_naming_paths_free(&p);
 */
#ifndef HILUM_DATA_NAMING_PATHS_H
#define HILUM_DATA_NAMING_PATHS_H

#include "dicom/attributes.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the name of a folder, or of a file without its extension, contains the patient's name, ID
 * or date of birth, the accession number, the date of the examination or a UID of a DICOM file,
 * whatever the case, the accents and what stands between words. The family name alone counts if it
 * has at least three letters. */
bool hl_names_patient(const char *name, size_t len, const hl_dicom_attributes *a);

typedef struct hl_naming_paths {
    char **paths; /* owned */
    size_t n, cap;
} hl_naming_paths;

/* Adds the part of a path up to the first name that tells the patient of the DICOM file there;
 * false if none does. */
bool hl_naming_paths_add(hl_naming_paths *p, const char *path, const hl_dicom_attributes *a);
/* After the last that is added, before the first is looked up. */
void hl_naming_paths_end(hl_naming_paths *p);
/* Whether the path is one that was added, but for its extension, or below one. */
bool hl_naming_paths_have(const hl_naming_paths *p, const char *path);
void hl_naming_paths_free(hl_naming_paths *p); /* safe on a zeroed one */

#endif

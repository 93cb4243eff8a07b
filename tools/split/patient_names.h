/* SPDX-License-Identifier: BSD-2-Clause */
/* Patients whose names are probably one, written in two ways: in training and test they would be a
 * leak that nobody sees. */
#ifndef HILUM_SPLIT_PATIENT_NAMES_H
#define HILUM_SPLIT_PATIENT_NAMES_H

#include "data/manifest.h"
#include "dicom.h"

/* Warns of patients whose names differ in case, blanks, leading zeros or Unicode form only, with
 * their number and the first two, by pseudonyms where d hides identifiers. Images that are patients
 * of their own do not count. remedy: what gives them one name. */
void split_warn_of_patient_names(const hl_manifest *m, const split_dicom *d, const char *remedy);

#endif

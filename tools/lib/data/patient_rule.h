/* SPDX-License-Identifier: BSD-2-Clause */
/* The patient of an image, from the name of its file. */
#ifndef HILUM_DATA_PATIENT_RULE_H
#define HILUM_DATA_PATIENT_RULE_H

#include "base/error.h"
#include "data/path_pattern.h"

#include <stddef.h>

typedef struct hl_patient_rule {
    hl_path_pattern pattern; /* without one: names as in the Kermany set, see data/kermany.h */
    size_t unknown;          /* names so far that do not follow the Kermany scheme */
} hl_patient_rule;

/* pattern: as in path_pattern.h; NULL: the Kermany scheme. */
int hl_patient_rule_make(hl_patient_rule *r, const char *pattern, hl_err *e);

/* The patient of the image at a relative path; the caller frees. NULL and an error where the
 * pattern does not match. Without a pattern, an image whose name does not follow the Kermany scheme
 * is a patient of its own, named by the path without its extension. */
char *hl_patient_of(hl_patient_rule *r, const char *path, hl_err *e);

/* Warns of images whose names do not tell the patient, if there are any. */
void hl_patients_warn_of_unknown(size_t unknown, size_t images);

void hl_patient_rule_free(hl_patient_rule *r);

#endif

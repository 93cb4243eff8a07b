/* SPDX-License-Identifier: BSD-2-Clause */
/* The patient of an image, from the name of its file. */
#ifndef HILUM_SPLIT_PATIENTS_H
#define HILUM_SPLIT_PATIENTS_H

#include "base/error.h"
#include "path_pattern.h"

#include <stddef.h>

typedef struct split_patient_rule {
    split_path_pattern pattern; /* without one: names as in the Kermany set, see kermany.h */
    size_t unknown;             /* names so far that do not follow the Kermany scheme */
} split_patient_rule;

/* pattern: as in path_pattern.h; NULL: the Kermany scheme. */
int split_patient_rule_make(split_patient_rule *r, const char *pattern, hl_err *e);

/* The patient of the image at a relative path; the caller frees. NULL and an error where the
 * pattern does not match. Without a pattern, an image whose name does not follow the Kermany scheme
 * is a patient of its own, named by the path without its extension. */
char *split_patient_of(split_patient_rule *r, const char *path, hl_err *e);

void split_patient_rule_free(split_patient_rule *r);

#endif

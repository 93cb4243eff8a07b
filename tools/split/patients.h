/* SPDX-License-Identifier: BSD-2-Clause */
/* The patient of an image, from the name of its file. */
#ifndef HILUM_SPLIT_PATIENTS_H
#define HILUM_SPLIT_PATIENTS_H

#include "base/error.h"

#include <regex.h>
#include <stddef.h>

typedef struct split_patient_rule {
    const char *pattern; /* NULL: names as in the Kermany set, see kermany.h */
    regex_t regex;
    size_t unknown; /* names so far that do not follow the Kermany scheme */
} split_patient_rule;

/* pattern: a POSIX extended regular expression, matched against the relative path; the patient is
 * its first group, or the entire match if it has no groups. NULL: the Kermany scheme. Fails where
 * it is not a regular expression. */
int split_patient_rule_make(split_patient_rule *r, const char *pattern, hl_err *e);

/* The patient of the image at a relative path; the caller frees. NULL and an error where the
 * pattern does not match. Without a pattern, an image whose name does not follow the Kermany scheme
 * is a patient of its own, named by the path without its extension. */
char *split_patient_of(split_patient_rule *r, const char *path, hl_err *e);

void split_patient_rule_free(split_patient_rule *r);

#endif

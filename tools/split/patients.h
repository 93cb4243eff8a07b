/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is the patient of an image, told by its name. */
#ifndef HILUM_SPLIT_PATIENTS_H
#define HILUM_SPLIT_PATIENTS_H

#include "base/error.h"

#include <regex.h>
#include <stddef.h>

typedef struct split_patient_rule {
    const char *pattern; /* NULL: the rule of the Kermany set, see kermany.h */
    regex_t regex;
    size_t unknown; /* names so far that do not follow the Kermany rule */
} split_patient_rule;

/* pattern: a POSIX extended regular expression that is applied to the relative path; its first
 * group, or without groups the whole match, is the patient. */
int split_patient_rule_make(split_patient_rule *r, const char *pattern, hl_err *e);

/* The patient of an image, which the caller frees. A path that the pattern does not match is an
 * error (NULL); a name that does not follow the Kermany rule is a patient of its own: the path
 * without extension. */
char *split_patient_of(split_patient_rule *r, const char *path, hl_err *e);

void split_patient_rule_free(split_patient_rule *r);

#endif

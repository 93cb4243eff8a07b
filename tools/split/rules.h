/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules by which images are listed, whether from folders or from a table: which are left out,
 * whose they are, and of which class. */
#ifndef HILUM_SPLIT_RULES_H
#define HILUM_SPLIT_RULES_H

#include "class_map.h"
#include "data/patient_rule.h"
#include "dicom.h"
#include "exclude.h"

#include <stdbool.h>

/* Values of the options; NULL where one was not given. */
typedef struct split_rule_texts {
    const char *exclude, *patient_regex, *label_regex, *classes;
    bool one_class; /* one is enough: nothing is trained on the images */
} split_rule_texts;

typedef struct split_rules {
    split_exclusion exclusion;
    hl_patient_rule patient;
    hl_path_pattern label; /* without one: labels are folders, or in a column */
    split_class_map classes;
    split_dicom_rule dicom; /* its texts and conditions are kept by reference */
    bool one_class;
} split_rules;

/* Fails where a text is wrong, with the name of the option in the message; then r is empty. */
int split_rules_make(split_rules *r, const split_rule_texts *t, hl_err *e);
void split_rules_free(split_rules *r); /* safe on a zeroed one */

#endif

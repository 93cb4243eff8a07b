/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists the images of a data set from a table: a CSV with the columns image (path relative to DIR)
 * and label, and optionally patient and subset, in any order; other columns are ignored.
 */
#ifndef HILUM_SPLIT_LABELS_H
#define HILUM_SPLIT_LABELS_H

#include "base/error.h"
#include "collect.h"
#include "patients.h"

/* Lists the images of the table at path labels ("-": standard input), each of which must exist
 * below dir. rule is used where the table has no column `patient`. */
int split_collect_labels(split_collection *c, const char *dir, const char *labels,
                         split_patient_rule *rule, hl_err *e);

#endif

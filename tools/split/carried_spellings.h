/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of carried columns that are probably one, as M, m and Male are: they would be subgroups of
 * their own. */
#ifndef HILUM_SPLIT_CARRIED_SPELLINGS_H
#define HILUM_SPLIT_CARRIED_SPELLINGS_H

#include "carried.h"
#include "dicom.h"
#include "label_rules.h"

#include <stddef.h>

/* Warns once for each column, with the values unless the rule hides identifiers. A column of many
 * different values is no subgroup and not looked at. */
void split_carried_warn_of_spellings(const split_carried *c, const split_row *rows, size_t n,
                                     const char *table, const split_dicom_rule *dicom);

#endif

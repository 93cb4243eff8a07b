/* SPDX-License-Identifier: BSD-2-Clause */
/* Identifiers that a spreadsheet took for numbers and rounded, such as 1.23457E+17: their other
 * digits are lost, and those of several patients may have become one. */
#ifndef HILUM_SPLIT_ROUNDED_H
#define HILUM_SPLIT_ROUNDED_H

#include "base/error.h"
#include "dicom.h"
#include "words.h"

#include <stdbool.h>

bool split_is_rounded_number(split_word w);

/* Fails for such a number, which the message shows unless the rule hides identifiers; NULL: no
 * rule. what: "patient". */
int split_expect_identifier(split_word w, const char *what, const split_dicom_rule *dicom,
                            hl_err *e);

#endif

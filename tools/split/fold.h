/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that people and programs write in several ways: compared without regard to case, blanks and
 * Unicode form. An e with an accent may be one character or two, digits may be wide ones, and there
 * are blanks of many kinds, some of which cannot be seen. */
#ifndef HILUM_SPLIT_FOLD_H
#define HILUM_SPLIT_FOLD_H

#include "base/strbuf.h"

#include <stddef.h>

/* Less than, equal to or greater than 0, as strcmp, for two texts in UTF-8. Texts that are not
 * UTF-8 are compared by their bytes, but for the case of ASCII letters and blanks. */
int split_fold_compare(const char *a, size_t a_len, const char *b, size_t b_len);

/* Appends a text that is the same for all ways to write a name: small letters without blanks,
 * normalised (NFKD), so that equal bytes are names that compare equal. */
void split_fold(const char *s, size_t len, hl_strbuf *out);

/* Removes the zeros before other digits, which spreadsheets drop; returns the new length. */
size_t split_drop_leading_zeros(char *s, size_t len);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that people write in several ways: compared without regard to case and blanks. */
#ifndef HILUM_SPLIT_FOLD_H
#define HILUM_SPLIT_FOLD_H

#include <stddef.h>

/* Less than, equal to or greater than 0, as strcmp, for two texts in UTF-8. Capitals and small
 * letters are the same, in any script; blanks do not count. Bytes that are not UTF-8 count as they
 * are. Not for several threads. */
int split_fold_compare(const char *a, size_t a_len, const char *b, size_t b_len);

#endif

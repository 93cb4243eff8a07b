/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for a missing value, as programs write them: NA, N/A, NaN, None, null, #N/A, <NA> and ".",
 * in any case. Nothing at all is one of them. */
#ifndef HILUM_SPLIT_BLANK_WORDS_H
#define HILUM_SPLIT_BLANK_WORDS_H

#include "words.h"

bool split_is_blank_word(split_word w);

#endif

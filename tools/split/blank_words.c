/* SPDX-License-Identifier: BSD-2-Clause */
#include "blank_words.h"

bool split_is_blank_word(split_word w)
{
    static const char *const words[] = {"",     "NA",   "N/A", "N.A.", "NaN", "None",
                                        "null", "#N/A", "#NA", "<NA>", "."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (split_word_is_like(w, split_word_of(words[i])))
            return true;
    return false;
}

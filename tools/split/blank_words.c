/* SPDX-License-Identifier: BSD-2-Clause */
#include "blank_words.h"

#include "base/strbuf.h"
#include "fold.h"

#include <string.h>

bool split_is_blank_word(split_word w)
{
    static const char *const words[] = {"",     "na",   "n/a", "n.a.", "nan", "none",
                                        "null", "#n/a", "#na", "<na>", "."};
    static const size_t longest = 32; /* bytes, with blanks around a word */
    bool found = false;
    hl_strbuf folded = {0};
    if (w.len > longest)
        return false;
    split_fold(w.s, w.len, &folded);
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++)
        found = strcmp(folded.len ? folded.data : "", words[i]) == 0;
    hl_strbuf_free(&folded);
    return found;
}

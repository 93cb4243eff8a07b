/* SPDX-License-Identifier: BSD-2-Clause */
#include "label_parts.h"

#include <string.h>
#include <strings.h>

/* The length of the sign at byte i, or 0. */
static size_t sign_at(split_word w, size_t i)
{
    static const char *const signs[] = {"/", "+",  "&",  "\\", ":",  "^",   "#",     "~",   ">",
                                        "*", "\n", "\r", "\t", "  ", " - ", " and ", " – ", "•"};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        const size_t len = strlen(signs[k]);
        if (len <= w.len - i && strncasecmp(w.s + i, signs[k], len) == 0)
            return len;
    }
    return 0;
}

/* Without the sign at its end; *rest is what follows the sign, empty after the last part. */
static split_word take_part(split_word *rest)
{
    split_word part = *rest;
    size_t sign = 0;
    for (part.len = 0; part.len < rest->len && !(sign = sign_at(*rest, part.len));)
        part.len++;
    rest->s += part.len + sign;
    rest->len -= part.len + sign;
    return part;
}

bool split_label_has_part(split_word label, const split_words *words, split_word *part)
{
    for (split_word rest = label; rest.len;) {
        *part = split_word_trim(take_part(&rest));
        if (part->len && part->len < label.len && split_words_have_like(words, *part))
            return true;
    }
    return false;
}

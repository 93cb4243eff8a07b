/* SPDX-License-Identifier: BSD-2-Clause */
#include "mask_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *text;
    split_mask_word word;
} words[] = {
    {"mask", SPLIT_MASK},
    {"masks", SPLIT_MASK},
    {"seg", SPLIT_MASK},
    {"segs", SPLIT_MASK},
    {"segmentation", SPLIT_MASK},
    {"segmentations", SPLIT_MASK},
    {"segmented", SPLIT_MASK},
    {"groundtruth", SPLIT_MASK},
    {"truth", SPLIT_MASK},
    {"gt", SPLIT_MAYBE_MASK},
    {"label", SPLIT_MAYBE_MASK},
    {"labels", SPLIT_MAYBE_MASK},
    {"annotation", SPLIT_MAYBE_MASK},
    {"annotations", SPLIT_MAYBE_MASK},
    {"contour", SPLIT_MAYBE_MASK},
    {"contours", SPLIT_MAYBE_MASK},
};

enum { WORDS = sizeof words / sizeof *words };

/* ---- folders ---- */

static bool contains_mask(const char *s, size_t len)
{
    for (size_t i = 0; i + 4 <= len; i++)
        if (strncasecmp(s + i, "mask", 4) == 0)
            return true;
    return false;
}

static split_mask_word word_of(const char *s, size_t len)
{
    for (size_t i = 0; i < WORDS; i++)
        if (strlen(words[i].text) == len && strncasecmp(words[i].text, s, len) == 0)
            return words[i].word;
    return contains_mask(s, len) ? SPLIT_MASK : SPLIT_NO_MASK;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c);
}

/* Letters up to the next capital after a small one, as in "leftMask". */
static size_t word_length(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && is_letter(s[n]) &&
           !(n > 0 && islower((unsigned char)s[n - 1]) && isupper((unsigned char)s[n])))
        n++;
    return n;
}

split_mask_word split_mask_folder(const char *name, size_t len)
{
    split_mask_word found = SPLIT_NO_MASK;
    for (size_t i = 0, n; i < len; i += n ? n : 1) {
        n = word_length(name + i, len - i);
        const split_mask_word word = word_of(name + i, n);
        if (word > found)
            found = word;
    }
    return found;
}

/* ---- files ---- */

static bool is_separator(char c)
{
    return strchr("_-. ", c) != NULL;
}

split_mask_name split_mask_name_of(const char *base)
{
    const char *dot = strrchr(base, '.');
    const size_t stem = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    for (size_t i = 0; i < WORDS; i++) {
        const size_t n = strlen(words[i].text);
        if (stem < n + 2)
            continue;
        if (is_separator(base[stem - n - 1]) && strncasecmp(base + stem - n, words[i].text, n) == 0)
            return (split_mask_name){words[i].word, 0, stem - n - 1, stem};
        if (is_separator(base[n]) && strncasecmp(base, words[i].text, n) == 0)
            return (split_mask_name){words[i].word, n + 1, stem - n - 1, stem};
    }
    return (split_mask_name){SPLIT_NO_MASK, 0, stem, stem};
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "subset_words.h"

#include "data/manifest.h"
#include "fold.h"

#include <string.h>

int split_subset_of(const char *name, size_t len)
{
    static const struct {
        const char *word;
        hl_subset subset;
    } words[] = {
        {"train", HL_TRAIN},    {"training", HL_TRAIN}, {"val", HL_VAL},   {"valid", HL_VAL},
        {"validation", HL_VAL}, {"dev", HL_VAL},        {"test", HL_TEST}, {"testing", HL_TEST},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (split_fold_compare(words[i].word, strlen(words[i].word), name, len) == 0)
            return (int)words[i].subset;
    return -1;
}

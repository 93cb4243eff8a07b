/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of split that are texts with a grammar: the first line is --classes, the second
 * --columns, the third --select, the fourth --exclude, and the fifth a cell of a label table. */
#include "fuzz.h"

#include "split/carried.h"
#include "split/columns.h"
#include "split/rules.h"

#include <stdlib.h>
#include <string.h>

static void expect_classes(const split_class_map *m, const char *cell)
{
    const char *cls;
    hl_err e;
    for (size_t i = 0; i < m->n; i++) {
        cls = split_class_map_find(m, split_word_of(m->labels[i].label));
        FUZZ_EXPECT(cls && *cls && strcmp(cls, m->names[m->labels[i].cls]) == 0);
    }
    FUZZ_EXPECT(m->n == 0 || m->nclasses > 1);
    if (split_class_map_of_cell(m, split_word_of(cell), "|;,", &cls, &e) == 0 && m->n == 0)
        FUZZ_EXPECT(!cls);
}

static void parse_columns(const char *text)
{
    split_pairs p;
    split_carried carried = {0};
    hl_err e;
    if (split_columns_parse(&p, text, &e) == 0) {
        if (split_carried_name(&carried, &p, &e) == 0)
            FUZZ_EXPECT(carried.columns.n <= p.n && carried.columns.n <= HL_MAX_CARRIED);
        split_pairs_free(&p);
    }
    split_carried_free(&carried);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LINES = 5 };
    char *text = fuzz_text(data, size), *rest = text, *line[LINES];
    for (int i = 0; i < LINES; i++)
        line[i] = rest ? strsep(&rest, "\n") : "";
    split_rules rules;
    split_pairs p;
    hl_err e;
    const split_rule_texts texts = {.classes = line[0], .exclude = line[3]};
    if (split_rules_make(&rules, &texts, &e) == 0) {
        expect_classes(&rules.classes, line[4]);
        split_excludes(&rules.exclusion, line[4]);
        split_rules_free(&rules);
    }
    parse_columns(line[1]);
    if (split_conditions_parse(&p, line[2], &e) == 0)
        split_pairs_free(&p);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "shift.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void split_leave_test_out(split_collection *c, split_groups *g)
{
    hl_manifest *m = &c->samples, *out = &c->left_out;
    size_t kept = 0;
    out->samples = hl_malloc(m->n, sizeof *out->samples);
    for (size_t i = 0; i < m->n; i++) {
        if (m->samples[i].subset == HL_TEST) {
            out->samples[out->n++] = m->samples[i];
            continue;
        }
        if (g->keys)
            g->keys[kept] = g->keys[i];
        m->samples[kept++] = m->samples[i];
    }
    m->n = kept;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void split_mark_matching(hl_manifest *m, const split_groups *g, bool by_patient,
                         const regex_t *pattern)
{
    const char **matching = hl_malloc(m->n, sizeof *matching); /* groups */
    const char **group = hl_malloc(m->n, sizeof *group);       /* of each image */
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) {
        const hl_sample *s = &m->samples[i];
        group[i] = !by_patient ? s->path : (g->keys ? g->keys[i] : s->patient);
        if (regexec(pattern, s->path, 0, NULL, 0) == 0)
            matching[n++] = group[i];
    }
    qsort(matching, n, sizeof *matching, compare_names);
    for (size_t i = 0; i < m->n; i++) {
        const bool is_test =
            n > 0 && bsearch(&group[i], matching, n, sizeof *matching, compare_names) != NULL;
        m->samples[i].subset = is_test ? HL_TEST : HL_TRAIN;
    }
    free(matching);
    free(group);
}

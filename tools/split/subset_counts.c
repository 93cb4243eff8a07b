/* SPDX-License-Identifier: BSD-2-Clause */
#include "subset_counts.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_samples(const void *a, const void *b, void *ctx)
{
    const hl_manifest *m = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return strcmp(m->samples[x].patient, m->samples[y].patient);
}

/* Cells in which the current patient has been counted. */
typedef struct seen {
    bool (*cells)[HL_SUBSETS + 1]; /* nclasses + 1 rows */
} seen;

static void count_patient(split_subset_counts *c, seen *s, size_t row, size_t column)
{
    if (s->cells[row][column])
        return;
    s->cells[row][column] = true;
    c->patients[row][column]++;
}

static void count_group(split_subset_counts *c, const hl_manifest *m, seen *s, const size_t *order,
                        size_t n)
{
    const size_t all = m->nclasses, any = HL_SUBSETS;
    for (size_t i = 0; i < n; i++) {
        const hl_sample *x = &m->samples[order[i]];
        count_patient(c, s, x->cls, x->subset);
        count_patient(c, s, x->cls, any);
        count_patient(c, s, all, x->subset);
        count_patient(c, s, all, any);
    }
    size_t subsets = 0;
    for (size_t k = 0; k < HL_SUBSETS; k++)
        subsets += s->cells[all][k];
    c->divided += subsets > 1;
    /* Clears only the rows that were used: there may be many classes and many patients. */
    for (size_t i = 0; i < n; i++)
        memset(s->cells[m->samples[order[i]].cls], 0, sizeof *s->cells);
    memset(s->cells[all], 0, sizeof *s->cells);
}

void split_subset_counts_make(split_subset_counts *c, const hl_manifest *m)
{
    const size_t nrows = m->nclasses + 1;
    *c = (split_subset_counts){.nclasses = m->nclasses};
    c->images = hl_calloc(nrows, sizeof *c->images);
    c->patients = hl_calloc(nrows, sizeof *c->patients);
    seen s = {hl_calloc(nrows, sizeof *s.cells)};
    size_t *order = hl_malloc(m->n, sizeof *order);
    for (size_t i = 0; i < m->n; i++) {
        const hl_sample *x = &m->samples[i];
        order[i] = i;
        c->images[x->cls][x->subset]++;
        c->images[x->cls][HL_SUBSETS]++;
        c->images[m->nclasses][x->subset]++;
        c->images[m->nclasses][HL_SUBSETS]++;
    }
    qsort_r(order, m->n, sizeof *order, compare_samples, (void *)m);
    for (size_t i = 0, n; i < m->n; i += n) {
        for (n = 1; i + n < m->n && compare_samples(&order[i], &order[i + n], (void *)m) == 0;)
            n++;
        count_group(c, m, &s, order + i, n);
    }
    free(order);
    free(s.cells);
}

void split_subset_counts_free(split_subset_counts *c)
{
    free(c->images);
    free(c->patients);
    *c = (split_subset_counts){0};
}

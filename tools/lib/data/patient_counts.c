/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/patient_counts.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_samples(const void *a, const void *b, void *ctx)
{
    const hl_manifest *m = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int order = strcmp(m->samples[x].patient, m->samples[y].patient);
    return order ? order : (x > y) - (x < y);
}

void hl_patients_sort(const hl_manifest *m, size_t *samples, size_t n)
{
    qsort_r(samples, n, sizeof *samples, compare_samples, (void *)m);
}

size_t hl_patients_run(const hl_manifest *m, const size_t *samples, size_t n)
{
    const char *patient = m->samples[samples[0]].patient;
    size_t run = 1;
    while (run < n && strcmp(m->samples[samples[run]].patient, patient) == 0)
        run++;
    return run;
}

/* Cells in which the current patient has been counted. */
typedef struct seen {
    bool (*cells)[HL_SUBSETS + 1]; /* [nclasses + 1] */
} seen;

static void count_patient(hl_subset_counts *c, seen *s, size_t row, size_t column)
{
    if (s->cells[row][column])
        return;
    s->cells[row][column] = true;
    c->patients[row][column]++;
}

/* The n samples of one patient. */
static void count_samples(hl_subset_counts *c, const hl_manifest *m, seen *s, const size_t *samples,
                          size_t n)
{
    const size_t all = m->nclasses, any = HL_SUBSETS;
    for (size_t i = 0; i < n; i++) {
        const hl_sample *x = &m->samples[samples[i]];
        count_patient(c, s, x->cls, x->subset);
        count_patient(c, s, x->cls, any);
        count_patient(c, s, all, x->subset);
        count_patient(c, s, all, any);
    }
    size_t subsets = 0;
    for (size_t k = 0; k < HL_SUBSETS; k++)
        subsets += s->cells[all][k];
    c->divided += subsets > 1;
    /* Only cells that were set are cleared: there may be many classes and many patients. */
    for (size_t i = 0; i < n; i++)
        memset(s->cells[m->samples[samples[i]].cls], 0, sizeof *s->cells);
    memset(s->cells[all], 0, sizeof *s->cells);
}

static void count_image(hl_subset_counts *c, const hl_sample *x)
{
    c->images[x->cls][x->subset]++;
    c->images[x->cls][HL_SUBSETS]++;
    c->images[c->nclasses][x->subset]++;
    c->images[c->nclasses][HL_SUBSETS]++;
}

void hl_subset_counts_make(hl_subset_counts *c, const hl_manifest *m)
{
    const size_t nrows = m->nclasses + 1;
    *c = (hl_subset_counts){.nclasses = m->nclasses};
    c->images = hl_calloc(nrows, sizeof *c->images);
    c->patients = hl_calloc(nrows, sizeof *c->patients);
    seen s = {hl_calloc(nrows, sizeof *s.cells)};
    size_t *originals = hl_malloc(m->n, sizeof *originals), n = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (m->samples[i].augmented)
            continue;
        originals[n++] = i;
        count_image(c, &m->samples[i]);
    }
    hl_patients_sort(m, originals, n);
    for (size_t i = 0, run; i < n; i += run) {
        run = hl_patients_run(m, originals + i, n - i);
        count_samples(c, m, &s, originals + i, run);
    }
    free(originals);
    free(s.cells);
}

void hl_subset_counts_free(hl_subset_counts *c)
{
    free(c->images);
    free(c->patients);
    *c = (hl_subset_counts){0};
}

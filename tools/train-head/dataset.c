/* SPDX-License-Identifier: BSD-2-Clause */
#include "dataset.h"

#include "base/mem.h"

#include <stdlib.h>

static void allocate(train_dataset *s, const hl_features *f, hl_subset subset)
{
    const hl_manifest *m = &f->samples.manifest;
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += hl_sample_is_used(&m->samples[i], subset);
    *s = (train_dataset){.features = hl_malloc(n * f->width, sizeof *s->features),
                         .labels = hl_malloc(n, sizeof *s->labels)};
}

static int read_rows(train_dataset sets[HL_SUBSETS], hl_features *f, float *skipped, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < f->samples.n && status == 0; i++) {
        const hl_sample *s = &f->samples.manifest.samples[i];
        train_dataset *to = &sets[s->subset];
        if (s->subset == HL_TEST || !hl_sample_is_used(s, s->subset)) {
            status = hl_features_read(f, 1, skipped, e);
            continue;
        }
        status = hl_features_read(f, 1, to->features + to->n * f->width, e);
        to->labels[to->n++] = s->cls;
    }
    return status ? -1 : hl_features_end(f, e);
}

int train_datasets_load(train_dataset sets[HL_SUBSETS], hl_features *f, hl_err *e)
{
    for (int i = 0; i < HL_SUBSETS; i++)
        sets[i] = (train_dataset){0};
    allocate(&sets[HL_TRAIN], f, HL_TRAIN);
    allocate(&sets[HL_VAL], f, HL_VAL);
    float *skipped = hl_malloc(f->width, sizeof *skipped);
    const int status = read_rows(sets, f, skipped, e);
    free(skipped);
    return status;
}

void train_datasets_free(train_dataset sets[HL_SUBSETS])
{
    for (int i = 0; i < HL_SUBSETS; i++) {
        free(sets[i].features);
        free(sets[i].labels);
    }
}

size_t *train_dataset_class_counts(const train_dataset *s, size_t nclasses)
{
    size_t *counts = hl_calloc(nclasses, sizeof *counts);
    for (size_t i = 0; i < s->n; i++)
        counts[s->labels[i]]++;
    return counts;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "dataset.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static size_t count(const hl_features *f, hl_subset subset)
{
    const hl_manifest *m = &f->samples.manifest;
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += hl_sample_is_used(&m->samples[i], subset);
    return n;
}

/* folder: NULL also for what stays in memory, which needs no room there. */
static int allocate(train_dataset *s, size_t n, size_t width, bool in_file, const char *folder,
                    hl_err *e)
{
    *s = (train_dataset){.labels = hl_malloc(n, sizeof *s->labels), .width = width};
    if (in_file)
        return hl_scratch_open(&s->file, (uint64_t)n * width * sizeof *s->features, folder, e);
    s->features = hl_malloc(n * width, sizeof *s->features);
    return 0;
}

static int add(train_dataset *s, hl_features *f, uint32_t cls, float *row, hl_err *e)
{
    float *to = s->features ? s->features + s->n * s->width : row;
    s->labels[s->n++] = cls;
    if (hl_features_read(f, 1, to, e))
        return -1;
    return s->features ? 0 : hl_scratch_write(&s->file, row, s->width * sizeof *row, e);
}

/* row: room for a row that does not stay in memory. */
static int read_rows(train_dataset sets[HL_SUBSETS], hl_features *f, float *row, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < f->samples.n && status == 0; i++) {
        const hl_sample *s = &f->samples.manifest.samples[i];
        if (s->subset == HL_TEST || !hl_sample_is_used(s, s->subset))
            status = hl_features_read(f, 1, row, e);
        else
            status = add(&sets[s->subset], f, s->cls, row, e);
    }
    return status ? -1 : hl_features_end(f, e);
}

static void tell(uint64_t bytes, const char *folder)
{
    hl_log_info("%.0f MB of features for training: in a temporary file in %s", (double)bytes / 1e6,
                folder ? folder : "TMPDIR or /tmp");
}

int train_datasets_load(train_dataset sets[HL_SUBSETS], hl_features *f, uint64_t memory,
                        const char *folder, hl_err *e)
{
    static const hl_subset used[] = {HL_TRAIN, HL_VAL};
    const size_t n[] = {count(f, HL_TRAIN), count(f, HL_VAL)};
    const uint64_t bytes = (uint64_t)(n[0] + n[1]) * f->width * sizeof(float);
    const bool in_file = bytes > memory && bytes > HL_SCRATCH_IN_MEMORY;
    int status = 0;
    for (int i = 0; i < HL_SUBSETS; i++)
        sets[i] = (train_dataset){0};
    if (in_file)
        tell(bytes, folder);
    for (int i = 0; i < 2 && status == 0; i++)
        status = allocate(&sets[used[i]], n[i], f->width, in_file, folder, e);
    float *row = hl_malloc(f->width, sizeof *row);
    if (status == 0)
        status = read_rows(sets, f, row, e);
    free(row);
    for (int i = 0; i < 2 && status == 0 && in_file; i++)
        status = hl_scratch_rewind(&sets[used[i]].file, e);
    return status;
}

void train_datasets_free(train_dataset sets[HL_SUBSETS])
{
    for (int i = 0; i < HL_SUBSETS; i++) {
        hl_scratch_close(&sets[i].file);
        free(sets[i].features);
        free(sets[i].labels);
        free(sets[i].room);
    }
}

/* ---- reading ---- */

int train_dataset_read(void *set, size_t first, size_t n, const float **rows, hl_err *e)
{
    train_dataset *s = set;
    const size_t row = s->width * sizeof *s->room;
    *rows = s->features ? s->features + first * s->width : NULL;
    if (s->features)
        return 0;
    if (s->room_rows < n) {
        s->room = hl_realloc(s->room, n, row);
        s->room_rows = n;
    }
    *rows = s->room;
    return hl_scratch_read_at(&s->file, (uint64_t)first * row, s->room, n * row, e);
}

int train_dataset_gather(const train_dataset *s, const int64_t *samples, size_t n, float *to,
                         hl_err *e)
{
    const size_t row = s->width * sizeof *to;
    int status = 0;
    for (size_t i = 0; i < n && !s->features; i++)
        hl_scratch_expect(&s->file, (uint64_t)samples[i] * row, row);
    for (size_t i = 0; i < n && status == 0; i++, to += s->width) {
        if (s->features)
            memcpy(to, s->features + (size_t)samples[i] * s->width, row);
        else
            status = hl_scratch_read_at(&s->file, (uint64_t)samples[i] * row, to, row, e);
    }
    return status;
}

/* [nclasses]; the caller frees them. */
static size_t *count_classes(const train_dataset *s, size_t nclasses)
{
    size_t *counts = hl_calloc(nclasses, sizeof *counts);
    for (size_t i = 0; i < s->n; i++)
        counts[s->labels[i]]++;
    return counts;
}

static int check_classes(const hl_samples *f, const size_t *counts, hl_err *e)
{
    if (f->nclasses < 2)
        return hl_fail(e, "%s: expected at least two classes, found %zu", hl_tf_name(f->file),
                       f->nclasses);
    for (size_t k = 0; k < f->nclasses; k++)
        if (counts[k] == 0)
            return hl_fail(e, "%s: class '%s' has no sample in the training subset",
                           hl_tf_name(f->file), f->classes[k]);
    return 0;
}

int train_dataset_class_weights(float **weights, const train_dataset *s, const hl_samples *f,
                                hl_err *e)
{
    size_t *counts = count_classes(s, f->nclasses);
    if (check_classes(f, counts, e)) {
        free(counts);
        return -1;
    }
    *weights = hl_malloc(f->nclasses, sizeof **weights);
    for (size_t k = 0; k < f->nclasses; k++)
        (*weights)[k] = (float)((double)s->n / ((double)f->nclasses * (double)counts[k]));
    free(counts);
    return 0;
}

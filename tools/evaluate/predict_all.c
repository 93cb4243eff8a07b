/* SPDX-License-Identifier: BSD-2-Clause */
#include "predict_all.h"

#include "base/mem.h"
#include "base/progress.h"

#include <stdlib.h>
#include <string.h>

/* The first of the largest. */
static uint32_t argmax(const double *p, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (p[k] > p[best])
            best = k;
    return (uint32_t)best;
}

/* Of n rows from sample `first` on, moves those of original images to the front; returns their
 * number. */
static size_t keep_originals(const hl_features *f, size_t first, size_t n, float *values)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (f->samples.manifest.samples[first + i].augmented)
            continue;
        if (kept < i)
            memcpy(values + kept * f->width, values + i * f->width, f->width * sizeof *values);
        kept++;
    }
    return kept;
}

/* values: the rows that keep_originals has kept. */
static void add_to_reference(hl_mahalanobis_fit *fit, const hl_features *f, size_t first, size_t n,
                             const float *values)
{
    for (size_t i = first; fit && i < first + n; i++) {
        const hl_sample *s = &f->samples.manifest.samples[i];
        if (s->augmented)
            continue;
        if (s->subset != HL_TEST)
            hl_mahalanobis_fit_add(fit, values, s->cls, s->patient, s->subset == HL_TRAIN);
        values += f->width;
    }
}

int evaluate_predict_all(const nn_head *head, hl_features *f, size_t batch, hl_mahalanobis_fit *fit,
                         double *p, uint32_t *predicted, hl_err *e)
{
    const size_t rows = batch < f->samples.n ? batch : f->samples.n;
    float *values = hl_malloc(rows * f->width, sizeof *values);
    hl_progress progress;
    hl_progress_start(&progress, "images", f->samples.n);
    int status = 0;
    for (size_t read = 0, done = 0; status == 0 && read < f->samples.n;) {
        const size_t n = rows < f->samples.n - read ? rows : f->samples.n - read;
        double *to = p + done * f->samples.nclasses;
        status = hl_features_read(f, n, values, e);
        const size_t kept = status ? 0 : keep_originals(f, read, n, values);
        if (status == 0)
            add_to_reference(fit, f, read, n, values);
        if (kept)
            status = nn_head_predict(head, kept, values, to, e);
        for (size_t i = 0; status == 0 && i < kept; i++)
            predicted[done + i] = argmax(to + i * f->samples.nclasses, f->samples.nclasses);
        read += n;
        done += kept;
        hl_progress_add(&progress, n);
    }
    free(values);
    if (status == 0)
        hl_progress_end(&progress);
    return status ? status : hl_features_end(f, e);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "predict_all.h"

#include "base/mem.h"
#include "base/progress.h"

#include <stdlib.h>

uint32_t evaluate_most_probable(const double *p, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (p[k] > p[best])
            best = k;
    return (uint32_t)best;
}

static void add_to_reference(hl_mahalanobis_fit *fit, size_t n, const hl_sample *const *samples,
                             const float *values, size_t width)
{
    for (size_t i = 0; fit && i < n; i++)
        if (samples[i]->subset != HL_TEST)
            hl_mahalanobis_fit_add(fit, values + i * width, samples[i]->cls, samples[i]->patient,
                                   samples[i]->subset == HL_TRAIN);
}

static void mark_outliers(const evaluate_ood *ood, size_t n, const float *values, size_t width,
                          uint8_t *is_ood)
{
    for (size_t i = 0; i < n; i++)
        is_ood[i] = hl_mahalanobis_distance(ood->known, values + i * width) > ood->known->threshold;
}

int evaluate_predict_all(const nn_head *head, hl_features *f, size_t batch, const evaluate_ood *ood,
                         double *p, uint32_t *predicted, hl_err *e)
{
    const size_t rows = batch < f->samples.n ? batch : f->samples.n;
    float *values = hl_malloc(rows * f->width, sizeof *values);
    const hl_sample **originals = hl_malloc(rows, sizeof *originals);
    hl_progress progress;
    hl_progress_start(&progress, "images", f->samples.n);
    int status = 0;
    for (size_t read = 0, done = 0; status == 0 && read < f->samples.n;) {
        const size_t n = rows < f->samples.n - read ? rows : f->samples.n - read;
        double *to = p + done * f->samples.nclasses;
        size_t kept;
        status = hl_features_read_originals(f, n, values, originals, &kept, e);
        add_to_reference(ood->fit, kept, originals, values, f->width);
        if (ood->known)
            mark_outliers(ood, kept, values, f->width, ood->is_ood + done);
        if (kept)
            status = nn_head_predict(head, kept, values, to, e);
        for (size_t i = 0; status == 0 && i < kept; i++)
            predicted[done + i] =
                evaluate_most_probable(to + i * f->samples.nclasses, f->samples.nclasses);
        read += n;
        done += kept;
        hl_progress_add(&progress, n);
    }
    free(originals);
    free(values);
    if (status == 0)
        hl_progress_end(&progress);
    return status ? status : hl_features_end(f, e);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "selection.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const explain_reason_names[] = {"worst-error", "surest-hit", "asked"};

/* ---- selecting ---- */

static explain_sample *add(explain_samples *s, const char *sample, explain_reason why)
{
    s->list = hl_realloc(s->list, s->n + 1, sizeof *s->list);
    explain_sample *one = &s->list[s->n++];
    *one = (explain_sample){.sample = hl_strdup(sample), .why = why};
    return one;
}

typedef struct candidate {
    double p; /* of the predicted class */
    size_t row;
} candidate;

/* Highest probability first. */
static int by_probability(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static void select_some(explain_samples *s, const hl_predictions *p, size_t nclasses,
                        uint32_t label, explain_reason why, size_t number)
{
    candidate *candidates = hl_malloc(p->n, sizeof *candidates);
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->rows[i].label == label && (p->rows[i].predicted == label) == (why == EXPLAIN_HIT))
            candidates[n++] = (candidate){p->p[i * nclasses + p->rows[i].predicted], i};
    qsort(candidates, n, sizeof *candidates, by_probability);
    for (size_t i = 0; i < n && i < number; i++) {
        const hl_prediction *row = &p->rows[candidates[i].row];
        explain_sample *one = add(s, row->sample, why);
        one->predicted = row->predicted;
        one->p = candidates[i].p;
        one->is_predicted = true;
    }
    free(candidates);
}

void explain_samples_select(explain_samples *s, const hl_predictions *p, size_t nclasses,
                            size_t number)
{
    for (int why = EXPLAIN_ERROR; why <= EXPLAIN_HIT; why++)
        for (uint32_t k = 0; k < nclasses; k++)
            select_some(s, p, nclasses, k, (explain_reason)why, number);
}

static explain_sample *find(explain_samples *s, const char *sample)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->list[i].sample, sample) == 0)
            return &s->list[i];
    return NULL;
}

int explain_samples_name(explain_samples *s, char *const *names, size_t n, hl_err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (find(s, names[i]))
            return hl_fail(e, "sample '%s' is named twice", names[i]);
        add(s, names[i], EXPLAIN_ASKED);
    }
    return 0;
}

/* ---- their rows ---- */

int explain_samples_read_images(explain_samples *s, hl_samples *images, hl_err *e)
{
    for (size_t i = 0; i < images->n; i++) {
        const hl_sample *row = &images->manifest.samples[i];
        explain_sample *one = row->augmented ? NULL : find(s, row->path);
        if (!one) {
            if (hl_tf_skip(images->file, images->row_bytes, e))
                return -1;
            continue;
        }
        one->label = row->cls;
        one->image = hl_malloc(images->row_bytes, 1);
        if (hl_tf_read(images->file, one->image, images->row_bytes, e))
            return -1;
    }
    for (size_t i = 0; i < s->n; i++)
        if (!s->list[i].image)
            return hl_fail(e, "%s: has no sample '%s'", hl_tf_name(images->file),
                           s->list[i].sample);
    return hl_tf_end(images->file, e);
}

int explain_samples_read_features(explain_samples *s, hl_features *f, hl_err *e)
{
    float *unused = hl_malloc(f->width, sizeof *unused);
    int status = 0;
    for (size_t i = 0; i < f->samples.n && status == 0; i++) {
        const hl_sample *row = &f->samples.manifest.samples[i];
        explain_sample *one = row->augmented ? NULL : find(s, row->path);
        if (one)
            one->features = hl_malloc(f->width, sizeof *one->features);
        status = hl_features_read(f, 1, one ? one->features : unused, e);
    }
    free(unused);
    for (size_t i = 0; i < s->n && status == 0; i++)
        if (!s->list[i].features)
            status = hl_fail(e, "%s: has no sample '%s'", hl_tf_name(f->samples.file),
                             s->list[i].sample);
    return status ? status : hl_features_end(f, e);
}

void explain_samples_free(explain_samples *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->list[i].sample);
        free(s->list[i].image);
        free(s->list[i].features);
    }
    free(s->list);
    *s = (explain_samples){0};
}

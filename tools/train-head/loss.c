/* SPDX-License-Identifier: BSD-2-Clause */
#include "stepper_internal.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static size_t argmax(const float *v, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (v[k] > v[best])
            best = k;
    return best;
}

void train_loss(const train_stepper *t, const float *logits, const int64_t *labels, size_t n,
                float *grad_logits, train_sums *sums)
{
    const size_t classes = nn_head_classes(t->head);
    const float *weights = grad_logits ? t->o.class_weights : NULL;
    double *p = hl_malloc(classes, sizeof *p), loss = 0;
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        const size_t label = (size_t)labels[i], top = argmax(row, classes);
        const double weight = weights ? (double)weights[label] : 1;
        double sum = 0;
        for (size_t k = 0; k < classes; k++)
            sum += p[k] = exp((double)row[k] - (double)row[top]);
        loss += weight * (log(sum) - ((double)row[label] - (double)row[top]));
        for (size_t k = 0; grad_logits && k < classes; k++)
            grad_logits[i * classes + k] =
                (float)(weight * (p[k] / sum - (k == label)) / (double)n);
        sums->correct += top == label;
    }
    sums->loss += loss;
    sums->n += n;
    free(p);
}

/* Samples that are read at once: of nn_head_logits' blocks, which threads share, as many as have
 * about 16 MiB of features, so that the logits do not depend on this number. */
static size_t rows_at_once(const train_dataset *s)
{
    enum { BLOCK = 64, BYTES = 1 << 24 };
    const size_t blocks = BYTES / (BLOCK * s->width * sizeof *s->features);
    return BLOCK * (blocks ? blocks : 1);
}

int train_stepper_validate(train_stepper *t, train_sums *sums, hl_err *e)
{
    train_dataset *v = t->val;
    const size_t classes = nn_head_classes(t->head), most = rows_at_once(v);
    float *logits = hl_malloc(v->n * classes, sizeof *logits);
    int status = 0;
    for (size_t i = 0; i < v->n && status == 0; i += most) {
        const size_t n = v->n - i < most ? v->n - i : most;
        const float *rows;
        status = train_dataset_read(v, i, n, &rows, e);
        if (status == 0)
            status = nn_head_logits(t->head, n, rows, t->o.threads, logits + i * classes, e);
    }
    if (status == 0)
        train_loss(t, logits, v->labels, v->n, NULL, sums);
    free(logits);
    return status;
}

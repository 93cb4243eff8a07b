/* SPDX-License-Identifier: BSD-2-Clause */
#include "stepper_internal.h"

#include "base/mem.h"
#include "base/simd.h"
#include "shim/held_signals.h"

#include <math.h>
#include <stdlib.h>

/* In as many sums as let a compiler use vectors. */
HL_FOR_ALL_WIDTHS
static double span_of_squares(const float *v, size_t n)
{
    enum { SUMS = 16 };
    double sums[SUMS] = {0}, sum = 0;
    const size_t whole = n - n % SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += (double)v[i + k] * (double)v[i + k];
    for (size_t i = whole; i < n; i++)
        sums[i - whole] += (double)v[i] * (double)v[i];
    for (size_t k = 0; k < SUMS; k++)
        sum += sums[k];
    return sum;
}

/* Sums over fixed spans, so that the result does not depend on the number of threads. */
static double sum_of_squares(const float *v, size_t n, int threads)
{
    enum { SPAN = 1 << 16, FEW = 16 };
    const size_t spans = (n + SPAN - 1) / SPAN;
    double *partial = hl_calloc(spans, sizeof *partial), sum = 0;
    sigset_t before;
    hold_signals(&before); /* for threads that start here */
#pragma omp parallel for num_threads(spans < FEW ? 1 : threads) schedule(static)
    for (size_t s = 0; s < spans; s++)
        partial[s] = span_of_squares(v + s * SPAN, n - s * SPAN < SPAN ? n - s * SPAN : SPAN);
    release_signals(&before);
    for (size_t s = 0; s < spans; s++)
        sum += partial[s];
    free(partial);
    return sum;
}

/* l2 times the sum of squares of all kernels. */
static double l2_penalty(const train_stepper *t)
{
    double sum = 0;
    for (size_t i = 0; t->o.l2 > 0 && i < nn_head_params(t->head); i++) {
        const nn_param *p = &t->slots[i].param;
        if (p->kind == NN_PARAM_KERNEL)
            sum += sum_of_squares(p->values, p->n, t->o.threads);
    }
    return t->o.l2 * sum;
}

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
    sums->loss += loss + l2_penalty(t) * (double)n;
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

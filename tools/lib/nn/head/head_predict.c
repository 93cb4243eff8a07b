/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "nn/head/head_internal.h"
#include "shim/held_signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void nn_softmax(const float *logits, size_t n, double *p)
{
    double top = (double)logits[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        top = fmax(top, (double)logits[k]);
    for (size_t k = 0; k < n; k++)
        sum += p[k] = exp((double)logits[k] - top);
    for (size_t k = 0; k < n; k++)
        p[k] /= sum;
}

float *nn_head_standardized(const nn_head *h, size_t n, const float *pooled)
{
    const nn_standardizer *s = &h->standardizer;
    float *x = s->width ? hl_malloc(n * s->width, sizeof *x) : NULL;
    if (x)
        nn_standardizer_apply(s, pooled, n, x);
    return x;
}

void nn_head_logits_from_pooled(const nn_head *h, size_t n, const float *pooled, float *logits)
{
    float *hidden = nn_head_standardized(h, n, pooled);
    const float *x = hidden ? hidden : pooled;
    for (size_t i = 0; i < h->nlayers; i++) {
        const bool last = i + 1 == h->nlayers;
        float *y = last ? logits : hl_malloc(n * h->layers[i].units, sizeof *y);
        nn_dense_predict(&h->layers[i], x, n, !last, y);
        free(hidden);
        x = hidden = last ? NULL : y;
    }
}

static int run_finetuned(const nn_head *h, size_t n, const float *features, float *logits,
                         hl_err *e)
{
    float *pooled =
        hl_malloc(NN_HEAD_FINETUNE_ROWS * nn_finetune_outputs(h->finetune), sizeof *pooled);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += NN_HEAD_FINETUNE_ROWS) {
        const size_t rows = n - i < NN_HEAD_FINETUNE_ROWS ? n - i : NN_HEAD_FINETUNE_ROWS;
        status = nn_finetune_pooled(h->finetune, features + i * nn_head_inputs(h), rows, pooled, e);
        if (status == 0)
            nn_head_logits_from_pooled(h, rows, pooled, logits + i * h->nclasses);
    }
    free(pooled);
    return status;
}

/* Divides blocks of rows among threads. */
static void run_blocks(const nn_head *h, size_t n, const float *pooled, int threads, float *logits)
{
    enum { BLOCK = 64 };
    const size_t blocks = (n + BLOCK - 1) / BLOCK;
    sigset_t before;
    hold_signals(&before); /* for threads that start here */
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (size_t i = 0; i < blocks; i++) {
        const size_t first = i * BLOCK, rows = n - first < BLOCK ? n - first : BLOCK;
        nn_head_logits_from_pooled(h, rows, pooled + first * h->layers[0].inputs,
                                   logits + first * h->nclasses);
    }
    release_signals(&before);
}

int nn_head_logits(const nn_head *h, size_t n, const float *features, int threads, float *logits,
                   hl_err *e)
{
    if (h->finetune)
        return run_finetuned(h, n, features, logits, e);
    run_blocks(h, n, features, threads, logits);
    return 0;
}

int nn_head_predict(const nn_head *h, size_t n, const float *features, double *p, hl_err *e)
{
    const size_t k = h->nclasses;
    float *logits = hl_malloc(n * k, sizeof *logits);
    const int status = nn_head_logits(h, n, features, 1, logits, e);
    for (size_t i = 0; i < n && status == 0; i++)
        nn_softmax(logits + i * k, k, p + i * k);
    free(logits);
    return status;
}

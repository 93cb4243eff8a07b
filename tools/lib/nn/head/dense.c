/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/dense.h"

#include "base/mem.h"
#include "nn/head/gemm.h"
#include "shim/held_signals.h"

#include <stdlib.h>
#include <string.h>

/* ---- inference ---- */

void nn_dense_predict(const nn_dense *d, const float *x, size_t n, bool relu, float *y)
{
    const nn_matrix in = {x, d->inputs, false}, kernel = {d->kernel, d->units, false};
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * d->units, d->bias, d->units * sizeof *y);
    nn_gemm(n, d->units, d->inputs, in, kernel, true, y, d->units);
    for (size_t i = 0; relu && i < n * d->units; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
}

/* ---- training: the rows of a kernel are divided into fixed spans ---- */

enum { SPAN = 512 };

typedef struct spans {
    size_t n, rows; /* of each span but the last */
} spans;

static spans spans_of(const nn_dense *d)
{
    const size_t n = (d->inputs + SPAN - 1) / SPAN;
    const size_t rows = (d->inputs + n - 1) / n;
    return (spans){(d->inputs + rows - 1) / rows, rows};
}

/* Gives the first row of span i, and returns its number of rows. */
static size_t span_rows(const nn_dense *d, spans s, size_t i, size_t *first)
{
    *first = i * s.rows;
    return d->inputs - *first < s.rows ? d->inputs - *first : s.rows;
}

/* A small kernel is left to one thread: synchronising threads gains little there, and costs much if
 * other programs compete for the processors. */
static int threads_for(const nn_dense *d, int most)
{
    enum { SMALL = 1 << 20 };
    return d->inputs * d->units < SMALL ? 1 : most;
}

/* Computes n rows of y. partial: [spans, n, units], sums over one span each. */
static void forward_rows(const nn_dense *d, const float *x, size_t n, int threads, float *partial,
                         float *y)
{
    const spans s = spans_of(d);
    const size_t values = n * d->units;
    sigset_t before;
    hold_signals(&before); /* for threads that start here */
#pragma omp parallel for num_threads(threads_for(d, threads)) schedule(static)
    for (size_t i = 0; i < s.n; i++) {
        size_t first;
        const size_t rows = span_rows(d, s, i, &first);
        const nn_matrix in = {x + first, d->inputs, false},
                        kernel = {d->kernel + first * d->units, d->units, false};
        nn_gemm(n, d->units, rows, in, kernel, false, partial + i * values, d->units);
    }
    release_signals(&before);
    for (size_t i = 0; i < values; i++)
        y[i] = d->bias[i % d->units];
    for (size_t k = 0; k < s.n; k++)
        for (size_t i = 0; i < values; i++)
            y[i] += partial[k * values + i];
}

void nn_dense_forward(const nn_dense *d, const float *x, size_t n, int threads, float *y)
{
    enum { MOST = 256 }; /* rows at a time, as every span has partial sums of them */
    const size_t most = n < MOST ? n : MOST;
    float *partial = hl_malloc(spans_of(d).n * most * d->units, sizeof *partial);
    for (size_t i = 0; i < n; i += most)
        forward_rows(d, x + i * d->inputs, n - i < most ? n - i : most, threads, partial,
                     y + i * d->units);
    free(partial);
}

/* Backward pass for the rows of one span, with the update of their kernel values. */
static void span_backward(const nn_dense *d, const float *x, size_t n, const float *grad_out,
                          float *grad_in, size_t first, size_t rows, nn_dense_update *update,
                          void *ctx)
{
    const nn_matrix out = {grad_out, d->units, false}, in = {x + first, d->inputs, true},
                    kernel = {d->kernel + first * d->units, d->units, true};
    float *gradient = hl_malloc(rows * d->units, sizeof *gradient);
    if (grad_in)
        nn_gemm(n, rows, d->units, out, kernel, false, grad_in + first, d->inputs);
    nn_gemm(rows, d->units, n, in, out, false, gradient, d->units);
    update(ctx, first * d->units, rows * d->units, gradient);
    free(gradient);
}

void nn_dense_backward(const nn_dense *d, const float *x, size_t n, const float *grad_out,
                       float *grad_in, int threads, nn_dense_update *update, void *ctx)
{
    const spans s = spans_of(d);
    sigset_t before;
    hold_signals(&before); /* for threads that start here */
#pragma omp parallel for num_threads(threads_for(d, threads)) schedule(static)
    for (size_t i = 0; i < s.n; i++) {
        size_t first;
        const size_t rows = span_rows(d, s, i, &first);
        span_backward(d, x, n, grad_out, grad_in, first, rows, update, ctx);
    }
    release_signals(&before);
}

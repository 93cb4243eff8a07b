/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/dense.h"

#include "base/mem.h"
#include "nn/head/gemm.h"
#include "shim/held_signals.h"

#include <stdlib.h>
#include <string.h>

/* ---- inference ---- */

static int multiply(const nn_dense *d, const float *x, size_t n, float *y, hl_err *e)
{
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * d->units, d->bias, d->units * sizeof *y);
    const nn_matrix in = {x, d->inputs, false}, kernel = {d->kernel, d->units, false};
    return nn_gemm(n, d->units, d->inputs, in, kernel, true, y, d->units, e);
}

/* Products always have this many rows, padded at the end: the order in which a product is summed
 * depends on its number of rows. */
enum { ROWS = 32 };

static int multiply_padded(const nn_dense *d, const float *x, size_t n, float *y, hl_err *e)
{
    float *in = hl_calloc(ROWS * d->inputs, sizeof *in);
    float *out = hl_malloc(ROWS * d->units, sizeof *out);
    memcpy(in, x, n * d->inputs * sizeof *in);
    const int status = multiply(d, in, ROWS, out, e);
    if (status == 0)
        memcpy(y, out, n * d->units * sizeof *y);
    free(out);
    free(in);
    return status;
}

int nn_dense_predict(const nn_dense *d, const float *x, size_t n, bool relu, float *y, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += ROWS) {
        const float *from = x + i * d->inputs;
        float *to = y + i * d->units;
        status =
            n - i < ROWS ? multiply_padded(d, from, n - i, to, e) : multiply(d, from, ROWS, to, e);
    }
    for (size_t i = 0; status == 0 && relu && i < n * d->units; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
    return status;
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
static int forward_rows(const nn_dense *d, const float *x, size_t n, int threads, float *partial,
                        float *y, hl_err *errors, hl_err *e)
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
        nn_gemm(n, d->units, rows, in, kernel, false, partial + i * values, d->units, &errors[i]);
    }
    release_signals(&before);
    for (size_t i = 0; i < values; i++)
        y[i] = d->bias[i % d->units];
    for (size_t k = 0; k < s.n; k++)
        for (size_t i = 0; i < values; i++)
            y[i] += partial[k * values + i];
    return hl_first_error(errors, s.n, e);
}

int nn_dense_forward(const nn_dense *d, const float *x, size_t n, int threads, float *y, hl_err *e)
{
    enum { MOST = 256 }; /* rows at a time, as every span has partial sums of them */
    const size_t most = n < MOST ? n : MOST;
    float *partial = hl_malloc(spans_of(d).n * most * d->units, sizeof *partial);
    hl_err *errors = hl_calloc(spans_of(d).n, sizeof *errors);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += most)
        status = forward_rows(d, x + i * d->inputs, n - i < most ? n - i : most, threads, partial,
                              y + i * d->units, errors, e);
    free(errors);
    free(partial);
    return status;
}

/* Backward pass for the rows of one span, with the update of their kernel values. */
static void span_backward(const nn_dense *d, const float *x, size_t n, const float *grad_out,
                          float *grad_in, size_t first, size_t rows, nn_dense_update *update,
                          void *ctx, hl_err *e)
{
    const nn_matrix out = {grad_out, d->units, false}, in = {x + first, d->inputs, true},
                    kernel = {d->kernel + first * d->units, d->units, true};
    float *gradient = hl_malloc(rows * d->units, sizeof *gradient);
    if ((!grad_in ||
         nn_gemm(n, rows, d->units, out, kernel, false, grad_in + first, d->inputs, e) == 0) &&
        nn_gemm(rows, d->units, n, in, out, false, gradient, d->units, e) == 0)
        update(ctx, first * d->units, rows * d->units, gradient);
    free(gradient);
}

int nn_dense_backward(const nn_dense *d, const float *x, size_t n, const float *grad_out,
                      float *grad_in, int threads, nn_dense_update *update, void *ctx, hl_err *e)
{
    const spans s = spans_of(d);
    hl_err *errors = hl_calloc(s.n, sizeof *errors);
    sigset_t before;
    hold_signals(&before); /* for threads that start here */
#pragma omp parallel for num_threads(threads_for(d, threads)) schedule(static)
    for (size_t i = 0; i < s.n; i++) {
        size_t first;
        const size_t rows = span_rows(d, s, i, &first);
        span_backward(d, x, n, grad_out, grad_in, first, rows, update, ctx, &errors[i]);
    }
    release_signals(&before);
    const int status = hl_first_error(errors, s.n, e);
    free(errors);
    return status;
}

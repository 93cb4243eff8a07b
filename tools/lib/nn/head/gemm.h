/* SPDX-License-Identifier: BSD-2-Clause */
/* Matrix products in F32 on the calling thread, by oneDNN, or by libtorch in a build without it. */
#ifndef HILUM_NN_HEAD_GEMM_H
#define HILUM_NN_HEAD_GEMM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A row-major matrix with `stride` values from row to row. With transposed, the values in memory
 * are those of the transpose. */
typedef struct nn_matrix {
    const float *values;
    size_t stride;
    bool transposed;
} nn_matrix;

/* Computes c = a b, or c += a b with add; a: [m, k], b: [k, n], c: [m, n], row-major with this
 * stride. */
int nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
            size_t stride, hl_err *e);

#endif

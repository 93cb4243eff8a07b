/* SPDX-License-Identifier: BSD-2-Clause */
/* Products of F32 matrices on the calling thread: by oneDNN, or in a build without it by libtorch.
 */
#ifndef HILUM_NN_HEAD_GEMM_H
#define HILUM_NN_HEAD_GEMM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Row-major, `stride` values from row to row; transposed: what stands there is the matrix's
 * transpose. */
typedef struct nn_matrix {
    const float *values;
    size_t stride;
    bool transposed;
} nn_matrix;

/* c = a b, or with add c += a b; a: [m, k], b: [k, n], c: [m, n] with this stride. */
int nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
            size_t stride, hl_err *e);

#endif

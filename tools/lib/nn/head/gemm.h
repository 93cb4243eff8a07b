/* SPDX-License-Identifier: BSD-2-Clause */
/* Matrix products in F32 on the calling thread. */
#ifndef HILUM_NN_HEAD_GEMM_H
#define HILUM_NN_HEAD_GEMM_H

#include "nn/infer/panel_product.h"

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
 * stride. No row of c depends on the other rows of a, nor on their number; AVX2, AVX-512
 * and aarch64 give the same bits. */
void nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
             size_t stride);

/* The same with vectors of this width. */
void nn_gemm_by(const nn_panel_product *p, size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b,
                bool add, float *c, size_t stride);

#endif

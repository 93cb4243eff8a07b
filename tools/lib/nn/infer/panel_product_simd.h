/* SPDX-License-Identifier: BSD-2-Clause */
/* panel_product.h for the vectors of vector_*.h, included before. PRODUCT is the table that this
 * defines, ROWS its maximum number of rows: 6 or 14. */
#include "nn/infer/panel_product_kernels.h"

/* Callers pass a constant number of rows and order. */
INLINE void multiply_rows(size_t rows, const float *u, const float *v, nn_panel_order order,
                          size_t blocks, bool add, float *m, size_t stride)
{
    VECTOR sum[ROWS][2];
    UNROLL
    for (size_t r = 0; r < rows; r++)
        sum[r][0] = sum[r][1] = V_ZERO();
    for (; blocks > 0; blocks--, v += rows * LANES)
        for (size_t c = 0; c < LANES; c++, u += 2 * LANES) {
            const VECTOR low = V_LOAD(u), high = V_LOAD(u + LANES);
            UNROLL
            for (size_t r = 0; r < rows; r++) {
                const size_t at = order == NN_PANEL_BY_ROWS ? r * LANES + c : c * rows + r;
                const VECTOR value = V_SPLAT(v[at]);
                sum[r][0] = V_FMA(low, value, sum[r][0]);
                sum[r][1] = V_FMA(high, value, sum[r][1]);
            }
        }
    UNROLL
    for (size_t r = 0; r < rows; r++, m += stride) {
        V_STORE(m, add ? V_ADD(V_LOAD(m), sum[r][0]) : sum[r][0]);
        V_STORE(m + LANES, add ? V_ADD(V_LOAD(m + LANES), sum[r][1]) : sum[r][1]);
    }
}

SIMD static void multiply(size_t rows, const float *u, const float *v, nn_panel_order order,
                          size_t blocks, bool add, float *m, size_t stride)
{
    switch (2 * rows + (order == NN_PANEL_BY_COLUMNS)) {
#define CASE(n)                                                                                    \
    case 2 * (n):                                                                                  \
        multiply_rows(n, u, v, NN_PANEL_BY_ROWS, blocks, add, m, stride);                          \
        break;                                                                                     \
    case 2 * (n) + 1:                                                                              \
        multiply_rows(n, u, v, NN_PANEL_BY_COLUMNS, blocks, add, m, stride);                       \
        break
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
#if ROWS > 6
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
        CASE(14);
#endif
#undef CASE
    }
}

const nn_panel_product PRODUCT = {LANES, ROWS, multiply};

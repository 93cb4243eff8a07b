/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The innermost loop of matrix products in F32: a few rows by 2 * lanes columns, whose sums fill
 * the registers. Callers arrange both factors so that they are read sequentially.
 */
#ifndef HILUM_NN_INFER_PANEL_PRODUCT_H
#define HILUM_NN_INFER_PANEL_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* The order of a block of `lanes` columns of the first factor. */
typedef enum nn_panel_order { NN_PANEL_BY_ROWS, NN_PANEL_BY_COLUMNS } nn_panel_order;

typedef struct nn_panel_product {
    size_t lanes; /* floats in a vector: 4, 8 (AVX2) or 16 (AVX-512) */
    size_t rows;  /* at most */

    /* m [rows, 2 * lanes] = v u, or with `add` m += v u, with `stride` floats from row to row.
     * u: [blocks * lanes, 2 * lanes]; v: [blocks, rows, lanes], or by columns [blocks, lanes,
     * rows]. Every sum is made in the order of u's rows; its bits are the same with AVX2, AVX-512
     * and on aarch64. */
    void (*multiply)(size_t rows, const float *u, const float *v, nn_panel_order order,
                     size_t blocks, bool add, float *m, size_t stride);
} nn_panel_product;

/* The one for this many lanes; NULL where this build or this CPU does not have it. */
const nn_panel_product *nn_panel_product_for(size_t lanes);

/* The widest that ONEDNN_MAX_CPU_ISA allows. */
const nn_panel_product *nn_panel_product_widest(void);

#endif

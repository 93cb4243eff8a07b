/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocking around nn_panel_product, as in Goto and van de Geijn, "Anatomy of high-performance
 * matrix multiplication" (ACM TOMS 34(3), 2008): blocks of both factors are copied in the order in
 * which the innermost loop reads them, and stay in the second-level cache.
 */
#include "nn/head/gemm.h"

#include "base/mem.h"
#include "base/min.h"
#include "nn/infer/panel_product.h"

#include <stdlib.h>
#include <string.h>

enum {
    DEPTH = 256, /* of a block: a and b. Rounding errors are smaller in sums of partial sums */
    WIDTH = 256, /* columns of b */
    HEIGHT = 84, /* rows of a: full panels of 6 and of 14 */
    MAX_LANES = 16,
    MAX_ROWS = 14
};

/* A block of the product. */
typedef struct block {
    const nn_panel_product *p;
    size_t m, n, depth; /* rows and columns of c; of b's rows, those of this block */
    float *packed_b;    /* [panels of 2 * lanes columns][depth rounded up to lanes][2 * lanes] */
    float *packed_a; /* panels of rows, each [depth / lanes rounded up], then as a is in memory */
} block;

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static size_t padded_depth(const block *blk)
{
    return round_up(blk->depth, blk->p->lanes);
}

/* Rows of panel i: they are divided into panels of equal size or one less. */
static size_t panel_rows(const block *blk, size_t i, size_t *first)
{
    const size_t panels = (blk->m + blk->p->rows - 1) / blk->p->rows, each = blk->m / panels,
                 larger = blk->m % panels;
    *first = i * each + (i < larger ? i : larger);
    return each + (i < larger);
}

/* The usual numbers as constants, which makes the copies a few instructions. */
static inline void copy(float *to, const float *from, size_t n)
{
    switch (n) {
#define CASE(n)                                                                                    \
    case n:                                                                                        \
        memcpy(to, from, (n) * sizeof *to);                                                        \
        break
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(8);
        CASE(11);
        CASE(12);
        CASE(14);
        CASE(16);
        CASE(32);
#undef CASE
    default:
        memcpy(to, from, n * sizeof *to);
    }
}

static void copy_padded(float *to, const float *from, size_t n, size_t padded)
{
    copy(to, from, n);
    if (n < padded)
        memset(to + n, 0, (padded - n) * sizeof *to);
}

/* ---- b ---- */

static void pack_row(const block *blk, const float *row, float *u)
{
    const size_t wide = 2 * blk->p->lanes, panel = padded_depth(blk) * wide;
    for (size_t j = 0; j < blk->n; j += wide, u += panel)
        copy_padded(u, row + j, hl_min(blk->n - j, wide), wide);
}

static void pack_column(const block *blk, const float *column, size_t j)
{
    const size_t wide = 2 * blk->p->lanes, depth = padded_depth(blk);
    float *u = blk->packed_b + j / wide * depth * wide + j % wide;
    for (size_t i = 0; i < blk->depth; i++)
        u[i * wide] = column[i];
}

static void pack_b(const block *blk, nn_matrix b)
{
    const size_t wide = 2 * blk->p->lanes, depth = padded_depth(blk);
    if (b.transposed) {
        memset(blk->packed_b, 0, round_up(blk->n, wide) * depth * sizeof *blk->packed_b);
        for (size_t j = 0; j < blk->n; j++)
            pack_column(blk, b.values + j * b.stride, j);
        return;
    }
    for (size_t i = 0; i < blk->depth; i++)
        pack_row(blk, b.values + i * b.stride, blk->packed_b + i * wide);
    for (size_t j = 0; j < round_up(blk->n, wide); j += wide)
        memset(blk->packed_b + (j * depth + blk->depth * wide), 0,
               (depth - blk->depth) * wide * sizeof *blk->packed_b);
}

/* ---- a ---- */

static void pack_rows(const block *blk, const float *first, size_t stride, size_t rows, float *v)
{
    const size_t lanes = blk->p->lanes;
    for (size_t i = 0; i < blk->depth; i += lanes)
        for (size_t r = 0; r < rows; r++, v += lanes)
            copy_padded(v, first + r * stride + i, hl_min(blk->depth - i, lanes), lanes);
}

static void pack_columns(const block *blk, const float *first, size_t stride, size_t rows, float *v)
{
    for (size_t i = 0; i < blk->depth; i++)
        copy(v + i * rows, first + i * stride, rows);
    memset(v + blk->depth * rows, 0, (padded_depth(blk) - blk->depth) * rows * sizeof *v);
}

static void pack_a(const block *blk, nn_matrix a)
{
    const size_t panels = (blk->m + blk->p->rows - 1) / blk->p->rows;
    for (size_t i = 0; i < panels; i++) {
        size_t first;
        const size_t rows = panel_rows(blk, i, &first);
        float *v = blk->packed_a + first * padded_depth(blk);
        if (a.transposed)
            pack_columns(blk, a.values + first, a.stride, rows, v);
        else
            pack_rows(blk, a.values + first * a.stride, a.stride, rows, v);
    }
}

/* ---- c ---- */

/* The panel at the right edge of c, where fewer than 2 * lanes columns exist. */
static void multiply_edge(const block *blk, size_t rows, const float *u, const float *v,
                          nn_panel_order order, size_t columns, bool add, float *c, size_t stride)
{
    const size_t wide = 2 * blk->p->lanes;
    float sums[MAX_ROWS * 2 * MAX_LANES];
    blk->p->multiply(rows, u, v, order, padded_depth(blk) / blk->p->lanes, false, sums, wide);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            c[r * stride + j] = (add ? c[r * stride + j] : 0) + sums[r * wide + j];
}

static void multiply(const block *blk, nn_panel_order order, bool add, float *c, size_t stride)
{
    const size_t wide = 2 * blk->p->lanes, depth = padded_depth(blk),
                 panels = (blk->m + blk->p->rows - 1) / blk->p->rows;
    for (size_t j = 0; j < blk->n; j += wide)
        for (size_t i = 0; i < panels; i++) {
            size_t first;
            const size_t rows = panel_rows(blk, i, &first);
            const float *u = blk->packed_b + j * depth, *v = blk->packed_a + first * depth;
            float *to = c + first * stride + j;
            if (blk->n - j < wide)
                multiply_edge(blk, rows, u, v, order, blk->n - j, add, to, stride);
            else
                blk->p->multiply(rows, u, v, order, depth / blk->p->lanes, add, to, stride);
        }
}

/* The matrix from row i and column j on. */
static nn_matrix part(nn_matrix a, size_t i, size_t j)
{
    a.values += a.transposed ? j * a.stride + i : i * a.stride + j;
    return a;
}

void nn_gemm_by(const nn_panel_product *p, size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b,
                bool add, float *c, size_t stride)
{
    const nn_panel_order order = a.transposed ? NN_PANEL_BY_COLUMNS : NN_PANEL_BY_ROWS;
    const size_t depth = round_up(hl_min(k, DEPTH), p->lanes);
    float *packed_b =
              hl_aligned(depth * round_up(hl_min(n, WIDTH), 2 * p->lanes), sizeof *packed_b),
          *packed_a = hl_aligned(depth * hl_min(m, HEIGHT), sizeof *packed_a);
    for (size_t j = 0; j < n; j += WIDTH)
        for (size_t d = 0; d < k; d += DEPTH) {
            block at = {p, 0, hl_min(n - j, WIDTH), hl_min(k - d, DEPTH), packed_b, packed_a};
            pack_b(&at, part(b, d, j));
            for (size_t i = 0; i < m; i += HEIGHT) {
                at.m = hl_min(m - i, HEIGHT);
                pack_a(&at, part(a, i, d));
                multiply(&at, order, add || d > 0, c + i * stride + j, stride);
            }
        }
    free(packed_a);
    free(packed_b);
}

void nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
             size_t stride)
{
    nn_gemm_by(nn_panel_product_widest(), m, n, k, a, b, add, c, stride);
}

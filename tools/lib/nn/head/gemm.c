/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocking around nn_panel_product, as in Goto and van de Geijn, "Anatomy of high-performance
 * matrix multiplication" (ACM TOMS 34(3), 2008): blocks of both factors are copied in the order in
 * which the innermost loop reads them, and stay in the second-level cache.
 */
#include "nn/head/gemm.h"

#include "base/mem.h"
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
    size_t m, n, k; /* rows and columns of c, depth */
    float *u;       /* b: [panels of 2 * lanes columns][k rounded up to lanes][2 * lanes] */
    float *v;       /* a: panels of rows, each [k / lanes rounded up], and then as a is in memory */
} block;

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static size_t depth_of(const block *k)
{
    return round_up(k->k, k->p->lanes);
}

/* Rows of panel i: they are divided into panels of equal size or one less. */
static size_t panel_rows(const block *k, size_t i, size_t *first)
{
    const size_t panels = (k->m + k->p->rows - 1) / k->p->rows, each = k->m / panels,
                 larger = k->m % panels;
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

static void arrange_row(const block *k, const float *row, float *u)
{
    const size_t wide = 2 * k->p->lanes, panel = depth_of(k) * wide;
    for (size_t j = 0; j < k->n; j += wide, u += panel)
        copy_padded(u, row + j, k->n - j < wide ? k->n - j : wide, wide);
}

static void arrange_column(const block *k, const float *column, size_t j)
{
    const size_t wide = 2 * k->p->lanes, depth = depth_of(k);
    float *u = k->u + j / wide * depth * wide + j % wide;
    for (size_t i = 0; i < k->k; i++)
        u[i * wide] = column[i];
}

static void arrange_b(const block *k, nn_matrix b)
{
    const size_t wide = 2 * k->p->lanes, depth = depth_of(k);
    if (b.transposed) {
        memset(k->u, 0, round_up(k->n, wide) * depth * sizeof *k->u);
        for (size_t j = 0; j < k->n; j++)
            arrange_column(k, b.values + j * b.stride, j);
        return;
    }
    for (size_t i = 0; i < k->k; i++)
        arrange_row(k, b.values + i * b.stride, k->u + i * wide);
    for (size_t j = 0; j < round_up(k->n, wide); j += wide)
        memset(k->u + (j * depth + k->k * wide), 0, (depth - k->k) * wide * sizeof *k->u);
}

/* ---- a ---- */

static void arrange_rows(const block *k, const float *first, size_t stride, size_t rows, float *v)
{
    const size_t lanes = k->p->lanes;
    for (size_t i = 0; i < k->k; i += lanes)
        for (size_t r = 0; r < rows; r++, v += lanes)
            copy_padded(v, first + r * stride + i, k->k - i < lanes ? k->k - i : lanes, lanes);
}

static void arrange_columns(const block *k, const float *first, size_t stride, size_t rows,
                            float *v)
{
    for (size_t i = 0; i < k->k; i++)
        copy(v + i * rows, first + i * stride, rows);
    memset(v + k->k * rows, 0, (depth_of(k) - k->k) * rows * sizeof *v);
}

static void arrange_a(const block *k, nn_matrix a)
{
    const size_t panels = (k->m + k->p->rows - 1) / k->p->rows;
    for (size_t i = 0; i < panels; i++) {
        size_t first;
        const size_t rows = panel_rows(k, i, &first);
        float *v = k->v + first * depth_of(k);
        if (a.transposed)
            arrange_columns(k, a.values + first, a.stride, rows, v);
        else
            arrange_rows(k, a.values + first * a.stride, a.stride, rows, v);
    }
}

/* ---- c ---- */

/* The panel at the right edge of c, where fewer than 2 * lanes columns exist. */
static void multiply_edge(const block *k, size_t rows, const float *u, const float *v,
                          nn_panel_order order, size_t columns, bool add, float *c, size_t stride)
{
    const size_t wide = 2 * k->p->lanes;
    float sums[MAX_ROWS * 2 * MAX_LANES];
    k->p->multiply(rows, u, v, order, depth_of(k) / k->p->lanes, false, sums, wide);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            c[r * stride + j] = (add ? c[r * stride + j] : 0) + sums[r * wide + j];
}

static void multiply(const block *k, nn_panel_order order, bool add, float *c, size_t stride)
{
    const size_t wide = 2 * k->p->lanes, depth = depth_of(k),
                 panels = (k->m + k->p->rows - 1) / k->p->rows;
    for (size_t j = 0; j < k->n; j += wide)
        for (size_t i = 0; i < panels; i++) {
            size_t first;
            const size_t rows = panel_rows(k, i, &first);
            const float *u = k->u + j * depth, *v = k->v + first * depth;
            float *to = c + first * stride + j;
            if (k->n - j < wide)
                multiply_edge(k, rows, u, v, order, k->n - j, add, to, stride);
            else
                k->p->multiply(rows, u, v, order, depth / k->p->lanes, add, to, stride);
        }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
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
    const size_t depth = round_up(least(k, DEPTH), p->lanes);
    float *u = hl_aligned(depth * round_up(least(n, WIDTH), 2 * p->lanes), sizeof *u),
          *v = hl_aligned(depth * least(m, HEIGHT), sizeof *v);
    for (size_t j = 0; j < n; j += WIDTH)
        for (size_t d = 0; d < k; d += DEPTH) {
            block at = {p, 0, least(n - j, WIDTH), least(k - d, DEPTH), u, v};
            arrange_b(&at, part(b, d, j));
            for (size_t i = 0; i < m; i += HEIGHT) {
                at.m = least(m - i, HEIGHT);
                arrange_a(&at, part(a, i, d));
                multiply(&at, order, add || d > 0, c + i * stride + j, stride);
            }
        }
    free(v);
    free(u);
}

void nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
             size_t stride)
{
    nn_gemm_by(nn_panel_product_widest(), m, n, k, a, b, add, c, stride);
}

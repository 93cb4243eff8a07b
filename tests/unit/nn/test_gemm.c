/* SPDX-License-Identifier: BSD-2-Clause */
/* Matrix products against sums in double precision, for each vector width that the CPU has. */
#include "base/mem.h"
#include "nn/head/gemm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const size_t WIDTHS[] = {4, 8, 16};

typedef struct problem {
    size_t m, n, k;
    bool a_transposed, b_transposed, add;
} problem;

/* Edges of every kind of block: panels of 6 and 14 rows, of 8, 16 and 32 columns, 84 rows, 256
 * columns, 256 deep. */
static const size_t SIZES[][3] = {{1, 1, 1},     {1, 2, 5},      {32, 2, 256},  {5, 33, 17},
                                  {13, 40, 9},   {14, 64, 16},   {85, 31, 31},  {169, 257, 33},
                                  {7, 300, 257}, {32, 256, 507}, {90, 17, 1024}};

/* Values in [-1, 1), the same on every machine. */
static void fill(float *values, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525U + 1013904223U;
        values[i] = (float)(seed >> 8) / 8388608.0F - 1;
    }
}

/* A matrix of this size, with three unused values after each row in memory. */
static nn_matrix make(size_t rows, size_t columns, bool transposed, uint32_t seed)
{
    const size_t down = transposed ? columns : rows, across = transposed ? rows : columns;
    float *values = hl_malloc(down * (across + 3), sizeof *values);
    fill(values, down * (across + 3), seed);
    return (nn_matrix){values, across + 3, transposed};
}

static double at(nn_matrix a, size_t i, size_t j)
{
    return (double)a.values[a.transposed ? j * a.stride + i : i * a.stride + j];
}

static void check(const problem *p, nn_matrix a, nn_matrix b, const float *before, const float *c,
                  size_t stride)
{
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->n; j++) {
            double sum = p->add ? (double)before[i * stride + j] : 0, size = fabs(sum);
            for (size_t k = 0; k < p->k; k++) {
                const double product = at(a, i, k) * at(b, k, j);
                sum += product;
                size += fabs(product);
            }
            assert_true(fabs((double)c[i * stride + j] - sum) <= 2e-6 * size + 1e-12);
        }
        for (size_t j = p->n; j < stride; j++) /* what is not of the matrix */
            assert_memory_equal(&c[i * stride + j], &before[i * stride + j], sizeof *c);
    }
}

/* Rows by themselves have the same bits. */
static void check_rows(const nn_panel_product *with, const problem *p, nn_matrix a, nn_matrix b,
                       const float *before, const float *c, size_t stride)
{
    float *row = hl_malloc(p->n, sizeof *row);
    for (size_t i = 0; i < p->m; i += 11) {
        nn_matrix one = a;
        one.values += a.transposed ? i : i * a.stride;
        memcpy(row, before + i * stride, p->n * sizeof *row);
        nn_gemm_by(with, 1, p->n, p->k, one, b, p->add, row, p->n);
        assert_memory_equal(row, c + i * stride, p->n * sizeof *row);
    }
    free(row);
}

static void try(const problem *p)
{
    const size_t stride = p->n + 5, values = p->m * stride;
    const nn_matrix a = make(p->m, p->k, p->a_transposed, 1),
                    b = make(p->k, p->n, p->b_transposed, 2);
    float *before = hl_malloc(values, sizeof *before), *c = hl_malloc(values, sizeof *c),
          *fused = NULL;
    fill(before, values, 3);
    for (size_t w = 0; w < sizeof WIDTHS / sizeof *WIDTHS; w++) {
        const nn_panel_product *with = nn_panel_product_for(WIDTHS[w]);
        if (!with)
            continue;
        memcpy(c, before, values * sizeof *c);
        nn_gemm_by(with, p->m, p->n, p->k, a, b, p->add, c, stride);
        check(p, a, b, before, c, stride);
        check_rows(with, p, a, b, before, c, stride);
        if (fused) /* AVX-512 has the bits of AVX2 */
            assert_memory_equal(c, fused, values * sizeof *c);
        if (with->lanes == 8) {
            fused = hl_malloc(values, sizeof *fused);
            memcpy(fused, c, values * sizeof *c);
        }
    }
    free(fused);
    free(c);
    free(before);
    free((float *)(uintptr_t)a.values);
    free((float *)(uintptr_t)b.values);
}

static void against_doubles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
        for (int kind = 0; kind < 8; kind++) {
            const problem p = {SIZES[i][0],     SIZES[i][1],     SIZES[i][2],
                               (kind & 1) != 0, (kind & 2) != 0, (kind & 4) != 0};
            try(&p);
        }
}

/* The widest is used by default. */
static void widest(void **state)
{
    (void)state;
    const nn_panel_product *p = nn_panel_product_widest();
    assert_ptr_equal(p, nn_panel_product_for(p->lanes));
    printf("vectors of %zu floats\n", p->lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_doubles), cmocka_unit_test(widest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

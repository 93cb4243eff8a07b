/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/transpose.h"

#include "base/min.h"

#include <string.h>

/* Bytes are transposed in squares of this side. */
enum { SIDE = 16 };

typedef uint8_t side __attribute__((vector_size(SIDE)));

/* In four rounds, each of which interleaves the two halves of the rows (a perfect shuffle). */
static inline void transpose(side m[SIDE])
{
#pragma GCC unroll 4
    for (int round = 0; round < 4; round++) {
        side shuffled[SIDE];
#pragma GCC unroll 8
        for (size_t i = 0; i < SIDE / 2; i++) {
            const side a = m[i], b = m[i + SIDE / 2];
            shuffled[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                                      21, 6, 22, 7, 23);
            shuffled[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12,
                                                          28, 13, 29, 14, 30, 15, 31);
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < SIDE; i++)
            m[i] = shuffled[i];
    }
}

/* SIDE x SIDE bytes, from rows in_stride bytes apart to rows out_stride bytes apart. */
static inline void transpose_square(const uint8_t *in, size_t in_stride, uint8_t *out,
                                    size_t out_stride)
{
    side m[SIDE];
#pragma GCC unroll 16
    for (size_t i = 0; i < SIDE; i++)
        memcpy(&m[i], in + i * in_stride, SIDE);
    transpose(m);
#pragma GCC unroll 16
    for (size_t i = 0; i < SIDE; i++)
        memcpy(out + i * out_stride, &m[i], SIDE);
}

/* The same at an edge: rows x columns, at most SIDE of each. */
static void transpose_part(const uint8_t *in, size_t in_stride, size_t rows, size_t columns,
                           uint8_t *out, size_t out_stride)
{
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < columns; x++)
            out[x * out_stride + y] = in[y * in_stride + x];
}

void hl_transpose(const uint8_t *in, size_t in_stride, size_t rows, size_t columns, uint8_t *out,
                  size_t out_stride)
{
    for (size_t y = 0; y < rows; y += SIDE)
        for (size_t x = 0; x < columns; x += SIDE) {
            const uint8_t *from = in + y * in_stride + x;
            uint8_t *to = out + x * out_stride + y;
            const size_t high = hl_min(rows - y, SIDE), wide = hl_min(columns - x, SIDE);
            if (high == SIDE && wide == SIDE)
                transpose_square(from, in_stride, to, out_stride);
            else
                transpose_part(from, in_stride, high, wide, to, out_stride);
        }
}

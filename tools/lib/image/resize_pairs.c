/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/resize_pairs.h"

#ifdef __x86_64__

#include "base/mem.h"
#include "image/transpose.h"

#include <stdlib.h>
#include <string.h>

#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2"))) static

/* Sums computed side by side. */
enum { LANES = 16 };

/* Two neighbours along the filtered direction, of each lane. */
typedef struct pair {
    uint8_t values[LANES][2];
} pair;

typedef uint8_t lanes[LANES];

/*
 * A weight is high * 2^LOW_BITS + low; both halves fit the signed 16-bit operands of vpmaddwd.
 * Weights stay below 2 in magnitude, and high has room for 16. The partial sums may wrap; the
 * recombined sum is exact modulo 2^32, and fits 32 bits.
 */
enum { LOW_BITS = 11 };

typedef struct factors {
    int16_t high[2], low[2];
} factors;

typedef struct filter {
    size_t n, most;
    size_t *first, *count; /* [n], the pairs of each output value, as in hl_taps */
    factors *factors;      /* [n, most] */
    pair *pairs;           /* the input of LANES output values */
    lanes *done;           /* [n], these */
} filter;

static void split_weight(int32_t weight, factors *f, size_t which)
{
    f->high[which] = (int16_t)(weight >> LOW_BITS);
    f->low[which] = (int16_t)(weight & ((1 << LOW_BITS) - 1));
}

/* The missing partner of an odd tap has weight 0. */
static void pair_weights(const hl_taps *t, size_t i, filter *f)
{
    const size_t first = t->first[i] / 2, end = (t->first[i] + t->count[i] + 1) / 2;
    for (size_t j = 0; j < t->count[i]; j++) {
        const size_t at = t->first[i] + j;
        split_weight(t->weight[i * t->most + j], &f->factors[i * f->most + at / 2 - first], at % 2);
    }
    f->first[i] = first;
    f->count[i] = end - first;
}

/* Columns that become pairs at once. */
enum { COLUMNS = 32 };

/* n: of the input values along the filtered direction. */
static filter filter_new(const hl_taps *t, size_t n)
{
    filter f = {.n = t->n, .most = t->most / 2 + 1};
    f.first = hl_malloc(f.n, sizeof *f.first);
    f.count = hl_malloc(f.n, sizeof *f.count);
    f.factors = hl_calloc(f.n * f.most, sizeof *f.factors);
    f.pairs = hl_malloc((n + COLUMNS - 1) / COLUMNS, COLUMNS / 2 * sizeof *f.pairs);
    f.done = hl_malloc(f.n, sizeof *f.done);
    for (size_t i = 0; i < f.n; i++)
        pair_weights(t, i, &f);
    return f;
}

static void filter_free(filter *f)
{
    free(f->first);
    free(f->count);
    free(f->factors);
    free(f->pairs);
    free(f->done);
}

/* Eight lanes of a pair as 16-bit numbers. */
WITH_AVX2 inline __m256i widen(const uint8_t (*values)[2])
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)values));
}

WITH_AVX2 inline __m256i both(const int16_t factor[2])
{
    int32_t v;
    memcpy(&v, factor, sizeof v);
    return _mm256_set1_epi32(v);
}

WITH_AVX2 inline __m256i add_products(__m256i sum, __m256i values, __m256i factor)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(values, factor));
}

WITH_AVX2 inline __m256i join_sums(__m256i high, __m256i low)
{
    return _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, LOW_BITS), low),
                             HL_TAPS_PRECISION);
}

/* Saturates two vectors of eight 32-bit integers to bytes. */
WITH_AVX2 inline void store_bytes(__m256i a, __m256i b, uint8_t *out)
{
    const __m256i mixed = _mm256_packs_epi32(a, b);
    const __m256i words = _mm256_permute4x64_epi64(mixed, _MM_SHUFFLE(3, 1, 2, 0));
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128((__m128i *)(void *)out, bytes);
}

WITH_AVX2 void filter_pairs(const filter *f)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i half = _mm256_set1_epi32(1 << (HL_TAPS_PRECISION - 1));
    for (size_t i = 0; i < f->n; i++) {
        const pair *from = f->pairs + f->first[i];
        const factors *by = f->factors + i * f->most;
        __m256i high_a = zero, high_b = zero, low_a = half, low_b = half;
        for (size_t j = 0; j < f->count[i]; j++) {
            const __m256i a = widen(from[j].values), b = widen(from[j].values + LANES / 2);
            const __m256i high = both(by[j].high), low = both(by[j].low);
            high_a = add_products(high_a, a, high);
            high_b = add_products(high_b, b, high);
            low_a = add_products(low_a, a, low);
            low_b = add_products(low_b, b, low);
        }
        store_bytes(join_sums(high_a, low_a), join_sums(high_b, low_b), f->done[i]);
    }
}

/* ---- along the rows ---- */

/* Half of the lanes of COLUMNS / 2 pairs, from as many rows: a transposition of pairs, in three
 * rounds of interleaving the two halves of the rows (a perfect shuffle). */
WITH_AVX2 inline void pair_columns(const uint8_t *rows, size_t stride, pair *out, size_t lane)
{
    enum { N = LANES / 2 };
    __m256i m[N];
#pragma GCC unroll 8
    for (size_t i = 0; i < N; i++)
        m[i] = _mm256_loadu_si256((const __m256i *)(const void *)(rows + i * stride));
#pragma GCC unroll 3
    for (int round = 0; round < 3; round++) {
        __m256i shuffled[N];
#pragma GCC unroll 4
        for (size_t i = 0; i < N / 2; i++) {
            shuffled[2 * i] = _mm256_unpacklo_epi16(m[i], m[i + N / 2]);
            shuffled[2 * i + 1] = _mm256_unpackhi_epi16(m[i], m[i + N / 2]);
        }
#pragma GCC unroll 8
        for (size_t i = 0; i < N; i++)
            m[i] = shuffled[i];
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < N; i++) {
        memcpy(out[i].values + lane, &m[i], sizeof(__m128i));
        memcpy(out[i + N].values + lane, (const uint8_t *)&m[i] + sizeof(__m128i), sizeof(__m128i));
    }
}

WITH_AVX2 void pair_block(const uint8_t *rows, size_t stride, pair *out)
{
    pair_columns(rows, stride, out, 0);
    pair_columns(rows + LANES / 2 * stride, stride, out, LANES / 2);
}

/* The columns that are missing in the last pairs have no weight. */
static void pair_last(const uint8_t *rows, size_t stride, size_t columns, pair *out)
{
    uint8_t padded[LANES][COLUMNS] = {0};
    for (size_t i = 0; i < LANES; i++)
        memcpy(padded[i], rows + i * stride, columns);
    pair_block(padded[0], COLUMNS, out);
}

static void pair_rows(const uint8_t *rows, size_t width, pair *out)
{
    const size_t whole = width / COLUMNS * COLUMNS;
    for (size_t x = 0; x < whole; x += COLUMNS)
        pair_block(rows + x, width, out + x / 2);
    if (whole < width)
        pair_last(rows + whole, width, width - whole, out + whole / 2);
}

static bool is_suitable(size_t n)
{
    return n >= LANES && __builtin_cpu_supports("avx2");
}

/* Where the lanes of a vector begin; the last vector overlaps the one before it. */
static size_t begin_of(size_t lane, size_t n)
{
    return lane + LANES <= n ? lane : n - LANES;
}

bool hl_pairs_filter_across(const uint8_t *px, size_t rows, size_t width, const hl_taps *t,
                            uint8_t *out, size_t out_stride)
{
    if (!is_suitable(rows))
        return false;
    filter f = filter_new(t, width);
    for (size_t i = 0; i < rows; i += LANES) {
        const size_t y = begin_of(i, rows);
        pair_rows(px + y * width, width, f.pairs);
        filter_pairs(&f);
        hl_transpose(f.done[0], LANES, f.n, LANES, out + y * out_stride, out_stride);
    }
    filter_free(&f);
    return true;
}

/* ---- down the columns ---- */

/* LANES columns. A row that is missing in the last pair has no weight. */
WITH_AVX2 void pair_column(const uint8_t *px, size_t rows, size_t stride, pair *out)
{
    for (size_t y = 0; y < rows; y += 2, out++) {
        const uint8_t *upper = px + y * stride, *lower = y + 1 < rows ? upper + stride : upper;
        const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)upper);
        const __m128i b = _mm_loadu_si128((const __m128i *)(const void *)lower);
        const __m128i halves[2] = {_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)};
        memcpy(out, halves, sizeof *out);
    }
}

bool hl_pairs_filter_down(const uint8_t *px, size_t rows, size_t n, const hl_taps *t, uint8_t *out,
                          size_t out_stride)
{
    if (!is_suitable(n))
        return false;
    filter f = filter_new(t, rows);
    for (size_t i = 0; i < n; i += LANES) {
        const size_t x = begin_of(i, n);
        pair_column(px + x, rows, n, f.pairs);
        filter_pairs(&f);
        for (size_t y = 0; y < f.n; y++)
            memcpy(out + y * out_stride + x, f.done[y], LANES);
    }
    filter_free(&f);
    return true;
}

#endif

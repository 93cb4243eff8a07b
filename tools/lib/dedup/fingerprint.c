/* SPDX-License-Identifier: BSD-2-Clause */
#include "dedup/fingerprint.h"

#include "base/sha256.h"
#include "image/grey.h"
#include "image/resize.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

enum { SIDE = HL_THUMB_SIDE, LOW = 16, COEFFICIENTS = LOW * LOW - 1 };

/* A thumbnail is plain if the mean squared difference between neighbours, in grey levels, is below
 * this. Rounding alone contributes 1/6. */
static const double plain_energy = 0.5;

/* ---- digest and grey levels ---- */

static void digest_pixels(const hl_image *img, unsigned char raw[32])
{
    const uint64_t shape[3] = {img->height, img->width, (uint64_t)img->channels};
    unsigned char le[sizeof shape];
    for (size_t i = 0; i < sizeof le; i++)
        le[i] = (unsigned char)(shape[i / 8] >> (8 * (i % 8)));
    hl_sha256 *s = hl_sha256_new();
    hl_sha256_add(s, le, sizeof le);
    hl_sha256_add(s, img->pixels, img->height * img->width * (size_t)img->channels);
    hl_sha256_end(s, raw);
}

/* The sums of a run fit 32 bits and a square fits 16, so that a vector holds many of them. A call
 * with a constant n is vectorized. */
static inline __attribute__((always_inline)) void add_levels(hl_fingerprint *f, const uint8_t *px,
                                                             size_t n)
{
    uint32_t sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        const uint16_t v = px[i];
        sum += v;
        squares += (uint16_t)(v * v);
    }
    f->sum += sum;
    f->squares += squares;
}

/* In integers, so that the result does not depend on the order of summation. */
static void measure(hl_fingerprint *f, const hl_image *img)
{
    enum { RUN = 4096 };
    const uint8_t *px = img->pixels;
    size_t left = img->height * img->width;
    f->sum = f->squares = 0;
    for (; left >= RUN; left -= RUN, px += RUN)
        add_levels(f, px, RUN);
    add_levels(f, px, left);
}

static double pixels_of(const hl_fingerprint *f)
{
    return (double)(f->height * f->width);
}

double hl_fingerprint_auto_scale(const hl_fingerprint *f)
{
    return f->bits == f->auto_bits
               ? 1
               : (double)((1 << f->bits) - 1) / (double)((1 << f->auto_bits) - 1);
}

double hl_fingerprint_mean(const hl_fingerprint *f)
{
    return (double)f->sum / pixels_of(f) * hl_fingerprint_auto_scale(f);
}

double hl_fingerprint_contrast(const hl_fingerprint *f)
{
    const double mean = (double)f->sum / pixels_of(f);
    return sqrt(fmax(0, (double)f->squares / pixels_of(f) - mean * mean)) *
           hl_fingerprint_auto_scale(f);
}

/* ---- the hash ---- */

static double cosines[SIDE][LOW]; /* [position][frequency] */

static void fill_cosines(void)
{
    for (int x = 0; x < SIDE; x++)
        for (int k = 0; k < LOW; k++)
            cosines[x][k] = cos(acos(-1.0) * (2 * x + 1) * k / (2 * SIDE));
}

/* The lowest frequencies of the cosine transform (DCT-II), up to a constant factor: the first row
 * and the first column need a factor of their own. The innermost loops run over frequencies, so
 * that they are vectorized. */
static void low_frequencies(const uint8_t *thumb, double out[LOW * LOW])
{
    double rows[SIDE][LOW] = {0};
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            for (int k = 0; k < LOW; k++)
                rows[y][k] += cosines[x][k] * thumb[y * SIDE + x];
        rows[y][0] *= sqrt(0.5);
    }
    memset(out, 0, LOW * LOW * sizeof *out);
    for (int j = 0; j < LOW; j++)
        for (int y = 0; y < SIDE; y++)
            for (int k = 0; k < LOW; k++)
                out[j * LOW + k] += cosines[y][j] * rows[y][k];
    for (int k = 0; k < LOW; k++)
        out[k] *= sqrt(0.5);
}

/* The k-th smallest value, from 0; reorders v (C. A. R. Hoare's FIND). */
static double select_value(double *v, int n, int k)
{
    for (int low = 0, high = n - 1; low < high;) {
        const double pivot = v[k];
        int i = low, j = high;
        do {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i <= j) {
                const double swapped = v[i];
                v[i++] = v[j];
                v[j--] = swapped;
            }
        } while (i <= j);
        if (j < k)
            low = i;
        if (k < i)
            high = j;
    }
    return v[k];
}

static void make_hash(hl_fingerprint *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    double c[LOW * LOW], moved[COEFFICIENTS];
    pthread_once(&once, fill_cosines);
    low_frequencies(f->thumb, c);
    memcpy(moved, c + 1, sizeof moved);
    const double median = select_value(moved, COEFFICIENTS, COEFFICIENTS / 2);
    memset(f->hash, 0, sizeof f->hash);
    for (size_t i = 1; i < LOW * LOW; i++)
        if (c[i] > median)
            f->hash[i / 64] |= (uint64_t)1 << (i % 64);
}

/* ---- the thumbnail ---- */

/* Sums of products of the differences between neighbours, across and down. Their mean, which is
 * close to 0, is not subtracted. */
static void edge_products(const uint8_t *a, const uint8_t *b, int64_t *aa, int64_t *ab, int64_t *bb)
{
    int64_t sums[3] = {0};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int at = y * SIDE + x;
            for (int down = 0; down < 2; down++) {
                if ((down ? y : x) == SIDE - 1)
                    continue;
                const int next = at + (down ? SIDE : 1);
                const int da = a[next] - a[at], db = b[next] - b[at];
                sums[0] += da * da;
                sums[1] += da * db;
                sums[2] += db * db;
            }
        }
    *aa = sums[0];
    *ab = sums[1];
    *bb = sums[2];
}

double hl_thumb_correlation(const uint8_t *a, const uint8_t *b)
{
    int64_t aa, ab, bb;
    edge_products(a, b, &aa, &ab, &bb);
    return aa && bb ? (double)ab / sqrt((double)aa * (double)bb) : 0;
}

static bool is_plain(const uint8_t *thumb)
{
    int64_t aa, ab, bb;
    edge_products(thumb, thumb, &aa, &ab, &bb);
    return (double)aa < plain_energy * 2 * SIDE * (SIDE - 1);
}

void hl_fingerprint_make(hl_fingerprint *f, hl_image *img)
{
    f->file_bytes = img->file_bytes;
    f->file_channels = img->file_channels;
    f->bits = img->bits;
    f->auto_bits = img->auto_bits;
    f->remarks = img->remarks;
    f->height = img->height;
    f->width = img->width;
    digest_pixels(img, f->pixels);
    hl_image_make_grey(img);
    measure(f, img);
    hl_resize(img, HL_AREA, HL_STRETCH, SIDE, SIDE, f->thumb);
    f->plain = is_plain(f->thumb);
    make_hash(f);
}
